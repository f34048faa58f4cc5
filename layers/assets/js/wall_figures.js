// The figures on the left of the wall: issues, overdue, points at the first visit and now, a second ledger.
"use strict";

(function (x) {
  const { element } = x;
  const say = (key, values) => x.say(key, values);
  const count = (value) => x.numbers.count(value);

  const star = () => (x.feed.data.summary.synthetic ? "*" : "");

  function block(label, main, ...rest) {
    return element("section", { class: "figure" }, element("h2", {}, label), main, rest);
  }

  function value(text, beside, className = "") {
    return element("p", { class: `value ${className}` }, text, beside ? element("small", {}, beside) : null);
  }

  // Parts of a whole as one bar: [share, class].
  function bar(...parts) {
    const node = element("div", { class: "bar", "aria-hidden": "true" });
    for (const [share, className] of parts) {
      const piece = element("i", { class: className });
      piece.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
      node.append(piece);
    }
    return node;
  }

  function issues(summary) {
    const { total, rectified, in_progress: open } = summary.issues;
    const bound = x.state.filter ? "eq" : summary.register.bound;
    const known = rectified !== null;
    const split = known
      ? say("wall_split", { rectified: count(rectified), percent: x.numbers.percent(rectified, total), open: count(open) })
      : say("wall_split_unknown");
    const parts = known && total ? [[rectified / total, "done"], [open / total, "open"]] : [];
    return block(x.registerName(), value(x.numbers.bounded(total, bound), "", "hero"), bar(...parts), element("p", {}, split));
  }

  function overdue(summary) {
    const days = summary.oldest_overdue_days;
    const beside = days === null ? "" : say("wall_oldest", { n: days });
    const main = value(count(summary.issues.overdue), beside, summary.issues.overdue ? "late" : "");
    if (summary.issues.overdue) {
      main.prepend(x.symbols.picture("overdue", 52));
    }
    return block(say("wall_overdue", { star: star() }), main);
  }

  function rate(label, part, n, under, className) {
    const fraction = `${count(part)} / ${count(n)}`;
    const main = n < 5 ? value(fraction, "") : value(x.numbers.percent(part, n), fraction, className);
    return block(label, main, under ? element("p", {}, under) : null);
  }

  function firstVisit({ points }) {
    const n = points.first_visit_compliant + points.first_visit_non_compliant;
    const interval = n >= 5 ? say("interval", { range: x.numbers.interval(points.first_visit_compliant, n) }) : "";
    return rate(say("wall_first", { first: x.firstVisitName() }), points.first_visit_compliant, n, interval, "");
  }

  function current({ points }) {
    const n = points.current_compliant + points.current_non_compliant;
    const failing = points.current_non_compliant;
    const under = failing
      ? say("wall_failing", { n: count(failing) })
      : say("wall_all_fixed", { n: count(points.first_visit_non_compliant) });
    return rate(say("wall_now"), points.current_compliant, n, under, failing ? "" : "good");
  }

  // Registers are never added up: a second one stands beside the first, with its own name.
  function secondRegister(summary) {
    const others = Object.entries(summary.registers).filter(([code]) => code !== summary.register.code);
    const found = others.map(([, register]) => register).find((register) => register.rectified !== null);
    if (!found) {
      return null;
    }
    const { rectified, total, in_progress: open } = found;
    const beside = say("wall_of", { total: x.numbers.bounded(total, found.bound), open: count(open) });
    return block(x.nameOf(found.name), value(count(rectified), beside), bar([total ? rectified / total : 0, "done"]));
  }

  x.wallFigures = function () {
    const { summary } = x.feed.data;
    const visited = summary ? summary.points.total - summary.points.unvisited : 0;
    if (!summary) {
      return [];
    }
    return [
      issues(summary),
      overdue(summary),
      ...(visited ? [firstVisit(summary), current(summary)] : []),
      secondRegister(summary),
    ].filter(Boolean);
  };
})(window.xunjie);
