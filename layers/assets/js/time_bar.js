// New issues in time (by day, week or month), and the part that is looked at: brush, two handles, play.
"use strict";

(function (x) {
  const STEP_MS = 450;
  const HEIGHT = 30;
  const DAY_MS = 86400000;
  const WEEKS_ABOVE = 200;
  const MONTHS_ABOVE = 800;
  let panel = null;
  let bins = []; // {from, to, count}: first and last day, issues
  let unit = "day";
  let range = null;
  let dragFrom = null;
  let playing = null;
  const parts = {};
  const known = new WeakMap(); // days by answer

  const last = () => bins.length - 1;
  const whole = () => range[0] === 0 && range[1] === last();

  function create() {
    parts.play = x.element("button", { type: "button", class: "play", onclick: togglePlay });
    parts.title = x.element("span", { class: "title" });
    parts.text = x.element("output", { class: "chosen" });
    parts.bars = x.svg("svg", { class: "bars", preserveAspectRatio: "none", "aria-hidden": "true" });
    parts.handles = [handle(0), handle(1)];
    parts.days = x.element("div", { class: "days", "aria-hidden": "true" });
    const plot = x.element("div", { class: "plot" }, parts.bars, parts.handles);
    panel = x.element(
      "section",
      { class: "panel time", "data-covers": true },
      parts.play,
      x.element("div", { class: "body" }, x.element("p", {}, parts.title, parts.text), plot, parts.days),
    );
    parts.bars.addEventListener("pointerdown", startBrush);
    parts.bars.addEventListener("pointermove", brush);
    parts.bars.addEventListener("pointerup", endBrush);
    plot.addEventListener("dblclick", () => choose([0, last()], true));
    x.layout.add("time", panel);
  }

  function handle(which) {
    const input = x.element("input", { type: "range", min: 0, class: `handle h${which}` });
    input.addEventListener("input", () => {
      const value = Number(input.value);
      choose(which === 0 ? [Math.min(value, range[1]), range[1]] : [range[0], Math.max(value, range[0])], false);
    });
    input.addEventListener("change", () => choose(range, true));
    return input;
  }

  function dayAt(event) {
    const box = parts.bars.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(last(), Math.floor(share * bins.length)));
  }

  function startBrush(event) {
    if (bins.length) {
      dragFrom = dayAt(event);
      parts.bars.setPointerCapture(event.pointerId);
    }
  }

  function brush(event) {
    if (dragFrom !== null && event.buttons) {
      const day = dayAt(event);
      choose([Math.min(dragFrom, day), Math.max(dragFrom, day)], false);
    }
  }

  function endBrush(event) {
    if (dragFrom !== null && dayAt(event) !== dragFrom) {
      choose(range, true);
    }
    dragFrom = null;
  }

  // Takes over a range of days; only a final one asks for data.
  function choose(next, final) {
    range = next;
    paint();
    if (!final) {
      return;
    }
    const [since, until] = whole() ? [[], []] : [[bins[range[0]].from], [bins[range[1]].to]];
    const filter = x.filterWith({ since, until });
    if (filter !== x.state.filter) {
      x.set({ filter });
      if (!playing) {
        tellHost();
      }
    }
  }

  function tellHost() {
    const [since, until] = whole() ? ["", ""] : [bins[range[0]].from, bins[range[1]].to];
    x.host.post({ type: "xunjie:period", since, until });
  }

  function step() {
    if (range[1] >= last()) {
      stop();
      return;
    }
    choose([range[0], Math.min(last(), range[1] + Math.max(1, Math.round(bins.length / 80)))], true);
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    tellHost();
    paint();
  }

  function togglePlay() {
    if (bins.length < 2) {
      return;
    }
    if (playing) {
      stop();
      return;
    }
    if (range[1] >= last()) {
      range = [range[0], range[0]];
    }
    playing = setInterval(step, STEP_MS);
    paint();
  }

  function readRange() {
    const index = (key, otherwise) => {
      const value = x.filterValues(key)[0];
      const found = value ? bins.findIndex((bin) => bin.to >= value.slice(0, 10)) : otherwise;
      return found < 0 ? last() : found;
    };
    range = [index("since", 0), index("until", last())];
  }

  function bar({ count }, position, top, chosen) {
    const height = count ? Math.max(1, (count / top) * HEIGHT) : 0;
    return x.svg("rect", {
      x: position + 0.1,
      y: HEIGHT - height,
      width: 0.8,
      height,
      class: chosen ? "in" : "out",
    });
  }

  function paint() {
    const [from, to] = range;
    const top = Math.max(1, ...bins.map(({ count }) => count));
    parts.bars.setAttribute("viewBox", `0 0 ${bins.length} ${HEIGHT}`);
    parts.bars.replaceChildren(...bins.map((bin, i) => bar(bin, i, top, i >= from && i <= to)));
    parts.handles.forEach((input, which) => {
      input.max = last();
      input.value = range[which];
      input.setAttribute("aria-label", x.say(which ? "time_until" : "time_since"));
      input.setAttribute("aria-valuetext", x.numbers.day(which ? bins[range[1]].to : bins[range[0]].from));
    });
    const period = x.numbers.period(bins[from].from, bins[to].to);
    const total = bins.slice(from, to + 1).reduce((sum, { count }) => sum + count, 0);
    const days = Math.round((Date.parse(bins[to].to) - Date.parse(bins[from].from)) / DAY_MS) + 1;
    const values = { period, days: x.numbers.count(days), n: x.numbers.count(total) };
    parts.text.textContent = x.say(whole() ? "time_all" : "time_part", values);
    const icon = playing ? "M4 3H6.5V13H4ZM9.5 3H12V13H9.5Z" : "M5 3L13 8L5 13Z";
    const label = x.say(playing ? "pause" : "play");
    parts.play.setAttribute("aria-label", label);
    parts.play.title = label;
    parts.play.replaceChildren(
      x.svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, x.svg("path", { d: icon, fill: "currentColor" })),
    );
    paintDays();
  }

  // The first and the last day, and between them the first days of some months or years.
  function paintDays() {
    const starts = bins.map(({ from }, i) => ({ day: from, i })).filter(({ day }) => day.endsWith(unit === "month" ? "-01-01" : "-01"));
    const space = Math.ceil(bins.length / 6);
    const inner = starts.filter(({ i }) => i > space && i < bins.length - space);
    const kept = inner.filter((_, position) => position % Math.ceil(inner.length / 3) === 0);
    const wanted = [{ day: bins[0].from, i: 0 }, ...kept, { day: bins[last()].to, i: last() }];
    const nodes = wanted.map(({ day, i }, position) => {
      const node = x.element("span", {}, x.numbers.day(day));
      const share = position === wanted.length - 1 ? 1 : i / bins.length;
      node.style.left = `${share * 100}%`;
      node.style.transform = `translateX(${position === 0 ? 0 : share === 1 ? -100 : -50}%)`;
      return node;
    });
    parts.days.replaceChildren(...nodes);
  }

  // Each day of an answer with its count.
  function days(answer) {
    if (!answer || !answer.first) {
      return [];
    }
    if (!known.has(answer)) {
      const first = Date.parse(answer.first);
      const dayOf = (i) => new Date(first + i * DAY_MS).toISOString().slice(0, 10);
      known.set(answer, answer.counts.map((count, i) => [dayOf(i), count]));
    }
    return known.get(answer);
  }

  // Days as they come; of a long campaign weeks or months, without the empty time before and after.
  function binned(rows) {
    unit = rows.length > MONTHS_ABOVE ? "month" : rows.length > WEEKS_ABOVE ? "week" : "day";
    if (unit === "day") {
      return rows.map(([day, count]) => ({ from: day, to: day, count }));
    }
    const filled = rows.map(([, count]) => count > 0);
    const kept = rows.slice(Math.max(0, filled.indexOf(true)), filled.lastIndexOf(true) + 1);
    const found = [];
    kept.forEach(([day, count], i) => {
      const starts = unit === "month" ? day.endsWith("-01") : i % 7 === 0;
      if (found.length === 0 || starts) {
        found.push({ from: day, to: day, count: 0 });
      }
      const bin = found[found.length - 1];
      bin.to = day;
      bin.count += count;
    });
    return found;
  }

  function draw() {
    if (!panel) {
      create();
    }
    const answer = x.feed.data.timeline;
    const next = binned(days(answer));
    const issuesDrawn = x.state.layer !== "plain" || x.shows("open") || x.shows("closed");
    panel.hidden = next.length < 2 || !issuesDrawn;
    if (panel.hidden) {
      return;
    }
    bins = next;
    panel.setAttribute("aria-label", x.say(`time_title_${unit}`));
    parts.title.textContent = x.say(`time_title_${unit}`);
    if (dragFrom === null && !playing) {
      readRange();
    }
    range = [Math.min(range[0], last()), Math.min(range[1], last())];
    paint();
  }

  x.timeBar = { days, draw, togglePlay };
})(window.xunjie);
