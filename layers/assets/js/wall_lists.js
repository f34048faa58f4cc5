// The lists on the right of the wall: the densest roads (or subdistricts), what is overdue, what is new.
"use strict";

(function (x) {
  const { element } = x;
  const say = (key, values) => x.say(key, values);
  const MOST_RANKED = 9;
  const MOST_RANKED_ALONE = 17;

  const star = () => (x.feed.data.summary && x.feed.data.summary.synthetic ? "*" : "");

  // Row and feature highlight each other, for a wall that has a pointer.
  function linked(row, kind, code) {
    row.dataset.place = `${kind}:${code}`;
    row.addEventListener("pointerenter", () => x.highlight.named(kind, code));
    row.addEventListener("pointerleave", () => x.highlight.hide());
    return row;
  }

  x.on("highlight", ({ kind, code }) => {
    for (const row of document.querySelectorAll(".wall-right tr[data-place]")) {
      row.classList.toggle("lit", row.dataset.place === `${kind}:${code}`);
    }
  });

  function rankedRow(row, value, share, colour) {
    const bar = element("i");
    bar.style.width = `${Math.max(2, share * 100)}%`;
    bar.style.backgroundColor = colour;
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, x.roadTitle(row)),
      element("td", { class: "bar-cell", "aria-hidden": "true" }, bar),
      element("td", { class: "strong" }, x.numbers.density(value)),
      element("td", {}, x.numbers.count(row.open)),
    );
  }

  function ranking() {
    const { roads, subdistricts } = x.feed.data;
    const byRoad = Boolean(roads && roads.rows.length);
    const answer = byRoad ? roads : subdistricts;
    if (!answer) {
      return null;
    }
    const key = byRoad ? "per_km" : "per_km2";
    const colours = x.layers[byRoad ? "roads" : "subdistricts"].options.colours[x.state.theme];
    const { watch } = x.feed.data;
    const most = watch && watch.overdue_total ? MOST_RANKED : MOST_RANKED_ALONE;
    const rows = [...answer.rows].sort((a, b) => b[key] - a[key]).slice(0, most);
    const top = rows.length ? rows[0][key] : 1;
    const head = [byRoad ? "wall_road" : "wall_subdistrict", null, `unit_${key}`, "unit_open"];
    return element(
      "section",
      { class: "ranking" },
      element("h2", {}, say(byRoad ? "wall_ranking_roads" : "wall_ranking_subdistricts", { register: x.registerName(), star: star() })),
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, head.map((name) => element(name ? "th" : "td", name ? { scope: "col" } : {}, name ? say(name) : "")))),
        element("tbody", {}, rows.map((row) => linked(rankedRow(row, row[key], row[key] / top, colours[row.class]), byRoad ? "road" : "subdistrict", row.code))),
      ),
    );
  }

  function shortArea(code) {
    const area = x.city.areas.items.find((entry) => entry.code === code);
    return area ? x.nameOf(area.short) : "";
  }

  function overdue() {
    const { watch } = x.feed.data;
    if (!watch || !watch.overdue_total) {
      return null;
    }
    const rows = watch.overdue.map((issue) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, x.nameOf(issue.name)),
        element("td", {}, shortArea(issue.subdistrict)),
        element("td", { class: "late" }, say("wall_days_late", { n: issue.days })),
      ),
    );
    const title = element("h2", {}, x.symbols.picture("overdue", 28), say("wall_overdue_list", { star: star() }));
    title.append(element("small", {}, say("wall_pieces", { n: x.numbers.count(watch.overdue_total) })));
    return element("section", { class: "overdue" }, title, element("table", {}, element("tbody", {}, rows)));
  }

  function newest() {
    const { watch } = x.feed.data;
    const issue = watch && watch.newest[0];
    if (!issue) {
      return null;
    }
    const where = [x.cardContent.roadName(issue.road), x.cardContent.areaName(issue.subdistrict)].filter(Boolean);
    return element(
      "section",
      { class: "newest" },
      element("p", {}, element("b", {}, say("wall_new", { at: x.numbers.clock(issue.reported_at) })), x.nameOf(issue.name)),
      element("p", {}, where.join(say("list_comma"))),
    );
  }

  // Nothing scrolls on a wall: what does not fit is left out, the ranking's tail first.
  function fit(side) {
    const tails = [".ranking tbody tr:nth-child(n+6)", ".overdue tr:nth-child(n+4)", ".ranking tbody tr", ".overdue tr"];
    for (const tail of tails) {
      for (let left = side.querySelectorAll(tail); side.scrollHeight > side.clientHeight + 1 && left.length > 0; ) {
        left[left.length - 1].remove();
        left = side.querySelectorAll(tail);
      }
    }
  }

  x.wallLists = { content: () => [ranking(), overdue(), newest()].filter(Boolean), fit };
})(window.xunjie);
