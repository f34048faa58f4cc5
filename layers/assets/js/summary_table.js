// The table twin of the map, for people who do not see it: one sentence, and a list whose focus shows on the map.
"use strict";

(function (x) {
  let section = null;
  let current = 0;

  function rowsOf() {
    const { layer } = x.state;
    if (layer === "roads" && x.feed.data.roads) {
      const rows = [...x.feed.data.roads.rows].sort((a, b) => b.per_km - a.per_km);
      return rows.map((row) => ({ kind: "road", row, value: row.per_km }));
    }
    if (x.feed.data.subdistricts) {
      const rows = [...x.feed.data.subdistricts.rows].sort((a, b) => b.per_km2 - a.per_km2);
      return rows.map((row) => ({ kind: "subdistrict", row, value: row.per_km2 }));
    }
    return [];
  }

  // What has the focus is highlighted like what is under the pointer.
  function focused(kind, code) {
    const found = x.highlight.find(kind, code);
    if (found) {
      x.highlight.show(found);
    }
  }

  function move(event, buttons) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    current = (current + step + buttons.length) % buttons.length;
    buttons.forEach((button, i) => button.setAttribute("tabindex", i === current ? "0" : "-1"));
    buttons[current].focus();
  }

  function tableRow({ kind, row, value }, position) {
    const button = x.element(
      "button",
      {
        type: "button",
        tabindex: position === current ? "0" : "-1",
        onfocus: () => focused(kind, row.code),
        onblur: () => x.highlight.hide(),
        onclick: () => x.drill.pick(kind, row.code),
      },
      x.roadTitle(row),
    );
    const cells = [x.numbers.density(value), x.numbers.count(row.count), x.numbers.count(row.open)];
    return x.element("tr", {}, x.element("th", { scope: "row" }, button), cells.map((text) => x.element("td", {}, text)));
  }

  function draw() {
    if (!section) {
      section = x.element("section", { class: "visually-hidden twin" });
      x.layout.frame.append(section);
    }
    const { summary } = x.feed.data;
    const rows = rowsOf();
    if (!summary || section.contains(document.activeElement)) {
      return;
    }
    current = Math.min(current, Math.max(0, rows.length - 1));
    const { issues } = summary;
    const sentence = x.say("summary_sentence", {
      n: x.numbers.count(issues.total),
      open: x.numbers.count(issues.in_progress),
      overdue: x.numbers.count(issues.overdue),
      first: rows.length ? x.nameOf(rows[0].row.name) : x.numbers.NONE,
    });
    const unit = x.state.layer === "roads" ? "unit_per_km" : "unit_per_km2";
    const head = ["place", unit, "unit_issues", "unit_open"].map((key) => x.element("th", { scope: "col" }, x.say(key)));
    const table = x.element(
      "table",
      {},
      x.element("caption", {}, x.say("table_twin")),
      x.element("thead", {}, x.element("tr", {}, head)),
      x.element("tbody", {}, rows.map(tableRow)),
    );
    section.replaceChildren(x.element("p", {}, sentence), rows.length ? table : "");
    const buttons = [...section.querySelectorAll("button")];
    section.onkeydown = (event) => move(event, buttons);
  }

  x.summaryTable = { draw };
})(window.xunjie);
