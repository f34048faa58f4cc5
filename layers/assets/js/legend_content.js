// What the legend says: measure, unit, classes with their counts, symbols, n and remainder, period, line key.
"use strict";

(function (x) {
  const { element, say } = x;
  const count = (value) => x.numbers.count(value);

  function registerName() {
    const { summary } = x.feed.data;
    return summary ? x.nameOf(summary.register.name) : "";
  }

  function heading(key, unit) {
    return [
      element("h2", {}, say(key, { register: registerName() })),
      unit ? element("p", { class: "unit" }, unit) : null,
    ];
  }

  function isolate(position) {
    x.set({ isolatedClass: x.state.isolatedClass === position ? null : position });
  }

  function classButton(position, label, ...children) {
    return element(
      "button",
      {
        type: "button",
        "data-key": `class-${position}`,
        "aria-pressed": String(x.state.isolatedClass === position),
        "aria-label": label,
        title: say("isolate"),
        onclick: () => isolate(position),
      },
      ...children,
    );
  }

  const TICK_GAP = 0.11;
  const breakText = (value) => (Number.isInteger(value) ? count(value) : String(value));

  // The last class ends at the greatest value there is.
  function rangeText(entry, legend) {
    if (entry.to !== null) {
      return `${breakText(entry.from)}–${breakText(entry.to)}`;
    }
    const filled = legend.max !== null && legend.max > entry.from;
    return filled ? `${breakText(entry.from)}–${x.numbers.density(legend.max)}` : `≥ ${breakText(entry.from)}`;
  }

  function topText(legend) {
    const last = legend.breaks[legend.breaks.length - 1];
    return legend.max !== null && legend.max > last ? x.numbers.density(legend.max) : "";
  }

  // Where the filter names subdistricts, the others are not drawn and not counted.
  const chosenRows = (answer) => answer.rows.filter((row) => x.layers.subdistricts.chosen(row.code));

  function swatches(answer) {
    const { options } = x.layers.subdistricts;
    const { theme } = x.state;
    const { legend } = answer;
    const rows = chosenRows(answer);
    const cells = legend.classes.map((entry, position) => {
      const n = rows.filter((row) => row.class === position).length;
      const label = say("class_of_areas", { range: rangeText(entry, legend), n });
      const button = classButton(position, label, count(n));
      // Over foreign tiles the fill is thinner, and the legend shows what that looks like.
      const share = x.layers.subdistricts.opacityOfFill() * 100;
      button.style.backgroundColor = `color-mix(in srgb, ${options.colours[theme][position]} ${share}%, var(--map-land))`;
      button.style.color = options.label_colours[theme][position];
      return button;
    });
    const edges = [0, ...legend.breaks].map((value, position) => tick(breakText(value), position / 5));
    return [
      element("div", { class: "swatches" }, cells),
      element("div", { class: "ticks", "aria-hidden": "true" }, edges, tick(topText(legend), 1)),
    ];
  }

  function tick(text, share) {
    const node = element("span", {}, text);
    node.style.left = `${share * 100}%`;
    node.style.transform = `translateX(${share === 0 ? 0 : share >= 0.99 ? -100 : -50}%)`;
    return node;
  }

  function lineSwatch(position) {
    const { options } = x.layers.roads;
    const { theme } = x.state;
    const width = options.width_px[position];
    const rect = (extra, fill) =>
      x.svg("rect", {
        x: 3 - extra / 2,
        y: 9 - (width + extra) / 2,
        width: 44 + extra,
        height: width + extra,
        rx: Math.min(4, width / 2),
        fill,
      });
    const parts = [rect(options.casing_extra_px, options.casing[theme]), rect(0, options.colours[theme][position])];
    return x.svg("svg", { width: 50, height: 18, "aria-hidden": "true" }, ...parts);
  }

  function roadRow(entry, position, legend) {
    const range = rangeText(entry, legend);
    return element(
      "tr",
      {},
      element("td", {}, classButton(position, range, lineSwatch(position))),
      element("th", { scope: "row" }, range),
      element("td", { class: "number strong" }, count(entry.places)),
      element("td", { class: "number" }, count(entry.count)),
    );
  }

  function roadTable(legend) {
    const head = ["per_km", "segments", "issues"].map((key) => element("th", { scope: "col" }, say(`column_${key}`)));
    return element(
      "table",
      { class: "road-classes" },
      element("thead", {}, element("tr", {}, element("td", {}), head)),
      element("tbody", {}, legend.classes.map((entry, position) => roadRow(entry, position, legend)).reverse()),
    );
  }

  // What the picture is painted by: the raster's answer, or for tiles what they were asked for with.
  function heatAnswer() {
    const { cells, summary } = x.feed.data;
    return cells || (x.heatCap() ? { ...summary.heat, cap: x.heatCap() } : undefined);
  }

  function heatRamp(answer) {
    const canvas = element("canvas", { width: 256, height: 1, class: "ramp", "aria-hidden": "true" });
    const context = canvas.getContext("2d");
    const { value_exponent: exponent } = x.layers.heat.options;
    for (let i = 0; i < 256; i += 1) {
      const [r, g, b, a] = x.layers.heat.colourAt(Math.pow(i / 255, 1 / exponent));
      context.fillStyle = `rgba(${r}, ${g}, ${b}, ${a / 255})`;
      context.fillRect(i, 0, 1, 1);
    }
    const inner = roundTicks(answer.cap).map((value) => tick(count(value), Math.pow(value / answer.cap, exponent)));
    const ticks = [tick("0", 0), ...inner, tick(`≥ ${count(answer.cap)}`, 1)];
    return [canvas, element("div", { class: "ticks", "aria-hidden": "true" }, ticks)];
  }

  // Round values below the cap, from the top down, with room for their text between them.
  function roundTicks(cap) {
    const { value_exponent: exponent } = x.layers.heat.options;
    const found = [];
    let above = 1;
    for (let power = Math.pow(10, Math.floor(Math.log10(cap))); power >= 1; power /= 10) {
      for (const value of [5 * power, 2 * power, power]) {
        const stop = Math.pow(value / cap, exponent);
        if (stop <= above - TICK_GAP && stop >= TICK_GAP) {
          found.unshift(value);
          above = stop;
        }
      }
    }
    return found;
  }

  function symbolRow(kind, key, value, shape) {
    return element(
      "li",
      {},
      element("span", { class: "icon" }, x.symbols.picture(kind, null, shape)),
      element("span", {}, key),
      element("b", {}, count(value)),
    );
  }

  function issueSymbols() {
    const { summary } = x.feed.data;
    const { closed: closedMarks, marks } = x.feed.data;
    if (!summary || (!x.shows("open") && !closedMarks && !marks)) {
      return null;
    }
    if (marks) {
      return marks.mode === "issues" ? groupSymbols() : null;
    }
    const rows = ["handling", "verifying", "overdue"].filter(() => x.shows("open"));
    const closed = x.feed.data.closed ? [symbolRow("closed", say("stage_closed"), summary.issues.rectified)] : [];
    const list = rows.map((stage) => symbolRow(stage, say(`stage_${stage}`), summary.issues[stage]));
    return element("ul", { class: "symbols" }, list, closed);
  }

  function groupSymbols() {
    const counts = x.layers.issues.countsByGroup();
    const rows = x.layers.issues.options.groups
      .filter((group) => counts.has(group.key))
      .map((group) => {
        const known = x.city.groups.find((entry) => entry.letter === group.letter);
        const row = symbolRow(group.key, known ? x.nameOf(known.name) : group.key, counts.get(group.key), "dot");
        row.firstChild.append(element("i", {}, group.letter));
        return row;
      });
    return element("ul", { class: "symbols column" }, rows);
  }

  function pointSymbols() {
    const answer = x.feed.data.allPoints;
    if (!answer) {
      return null;
    }
    const states = ["first_ok", "fixed", "failing", "unvisited"];
    const rows = states.map((state) => {
      const row = symbolRow(state, pointStateName(state), answer.states[state]);
      row.classList.toggle("none", answer.states[state] === 0);
      return row;
    });
    return element("ul", { class: "symbols column" }, rows);
  }

  // Where the file does not reach back to the first visit, "first visit" is called what it is.
  const firstVisitName = () => x.nameOf(x.city.first_visit_label) || say("first_visit");
  const pointStateName = (state) => say(`state_${state}`, { first: firstVisitName() });

  function breaksText(legend) {
    const values = legend.breaks.map(breakText).join(" / ");
    return say(legend.scale === 1 ? "breaks_fixed" : "breaks_scaled", { values });
  }

  function footOfDensity(answer, kind) {
    const { legend } = answer;
    const about = { n: count(legend.n), places: count(legend.places), remainder: count(legend.remainder) };
    if (kind === "subdistricts") {
      about.places = count(chosenRows(answer).length);
    } else {
      about.matched = count(legend.n - legend.remainder);
      about.limit = x.city.snap_limit_m;
    }
    const period = x.numbers.period(legend.since, legend.until);
    return foot(say(`n_${kind}`, about), [period, breaksText(legend)].filter(Boolean).join(" · "));
  }

  // On the wall the star of invented splits is explained here; nothing there can be hovered over.
  function foot(...lines) {
    const { summary } = x.feed.data;
    const star = x.state.page === "wall" && summary && summary.synthetic ? say("star") : "";
    return element("div", { class: "foot" }, [...lines, star].filter(Boolean).map((line) => element("p", {}, line)));
  }

  function lineKey() {
    const sample = (className) => element("i", { class: `line ${className}` });
    const entry = (className, what, quality) =>
      element("span", {}, sample(`${className} ${quality}`), say("line_of", { what, quality: say(quality) }));
    const { boundary, areas, roads } = x.city;
    return element(
      "div",
      { class: "keys" },
      entry("district", say("line_district"), boundary.quality),
      entry("borders", say("line_areas"), areas.quality),
      roads && !x.layers.tiles ? entry("road", say("line_roads"), roads.quality) : null,
    );
  }

  function noData() {
    return element("p", { class: "no-data" }, element("i", { class: "hatch" }), say("no_data"));
  }

  function subdistrictLegend(answer) {
    const noRows = answer.rows.length < x.city.areas.items.length;
    return [
      heading("legend_subdistricts", say("legend_subdistricts_unit")),
      swatches(answer),
      issueSymbols(),
      pointSymbols(),
      noRows || x.layout.size() === "wide" ? noData() : null,
      footOfDensity(answer, "subdistricts"),
    ];
  }

  function roadLegend(answer) {
    if (!answer.legend) {
      return [heading("legend_roads", ""), element("p", {}, say("no_roads"))];
    }
    return [
      heading("legend_roads", say("legend_roads_unit")),
      roadTable(answer.legend),
      issueSymbols(),
      pointSymbols(),
      footOfDensity(answer, "roads"),
    ];
  }

  function heatLegend(answer) {
    return [
      heading("legend_heat", say("legend_heat_unit", { m: answer.bandwidth_m })),
      heatRamp(answer),
      issueSymbols(),
      pointSymbols(),
      foot(say("n_issues", { n: count(x.state.n) }), periodOfFilter()),
    ];
  }

  function periodOfFilter() {
    const { timeline, summary, subdistricts } = x.feed.data;
    const days = timeline ? x.timeBar.days(timeline) : [];
    const first = days.length ? days[0][0] : null;
    const since = x.filterValues("since")[0] || first || (subdistricts ? subdistricts.legend.since : null);
    const newest = days.length ? days[days.length - 1][0] : null;
    const last = x.filterValues("until")[0] || newest || (summary ? summary.as_of : null);
    return x.numbers.period(since, last);
  }

  function responsibilityLegend(answer) {
    const wrong = say("owners_note", { n: count(answer.segments.length) });
    const table = x.layers.responsibility.legend(answer);
    return [heading("legend_responsibility", say("legend_responsibility_unit")), table, issueSymbols(), pointSymbols(), foot(wrong)];
  }

  function plainLegend() {
    const { marks: grouped } = x.feed.data;
    const byGroup = x.layers.issues.byGroup() && !(grouped && grouped.mode === "clusters");
    const title = byGroup ? "legend_groups" : x.shows("open") ? "legend_issues" : "legend_points";
    const { open, closed, marks, allPoints } = x.feed.data;
    const clustered = [open, closed, marks, x.feed.data.points || allPoints].some((answer) => answer && answer.mode === "clusters");
    const single = x.layers.issues.byGroup() ? "legend_groups_unit" : "legend_marks_unit";
    const unit = say(clustered ? "legend_clusters_unit" : single);
    const points = allPoints;
    const unlocated = points ? say("n_points", { n: count(points.total + points.unlocated), unlocated: count(points.unlocated) }) : "";
    const issues = x.shows("open") || closed || marks ? say("n_issues", { n: count(x.state.n) }) : "";
    const under = points && x.feed.data.compliance ? say("under_area_names") : "";
    return [heading(title, unit), issueSymbols(), pointSymbols(), foot(issues, unlocated, periodOfFilter(), under)];
  }

  x.registerName = registerName;
  x.firstVisitName = firstVisitName;
  x.pointStateName = pointStateName;
  x.legendContent = function () {
    const { data } = x.feed;
    const { layer } = x.state;
    const { subdistricts, roads, responsibility } = data;
    const ready = { subdistricts, roads, heat: heatAnswer(), plain: data.summary, responsibility }[layer];
    const builders = {
      subdistricts: subdistrictLegend,
      roads: roadLegend,
      heat: heatLegend,
      plain: plainLegend,
      responsibility: responsibilityLegend,
    };
    const content = ready ? builders[layer](ready) : [heading(`legend_${layer === "plain" ? "issues" : layer}`, "")];
    return [...content, lineKey()].flat(3).filter(Boolean);
  };
})(window.xunjie);
