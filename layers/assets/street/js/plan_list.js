// The points that my group visits today: how far they are through, where they lie, and the way to record each visit.
"use strict";

(function (x) {
  let frame = null;

  function build() {
    frame = x.listFrame({ choices: x.say("plan_group"), map: x.say("plan_map"), className: "plan" });
    for (const event of ["plans", "pending", "theme", "online"]) {
      x.on(event, () => frame.element.isConnected && draw());
    }
    return frame.element;
  }

  // Called when the list of points comes into view.
  async function shown() {
    frame.shown();
    fit(await draw());
    await x.plan.refresh({ ifOlder: true });
  }

  // The stops with what is on its way from this phone: one whose visit is filled in is done, for who walks.
  function stopsOf(plan) {
    return (plan ? plan.stops : []).map((stop) => {
      const waits = x.pending.waiting(x.visits.keyOf(stop));
      return { ...stop, waits, done: stop.visited || waits !== null };
    });
  }

  async function draw() {
    const plan = await x.plan.mine();
    const stops = stopsOf(plan);
    const kept = x.plan.kept();
    count(plan, stops);
    drawGroups(plan);
    frame.age(kept);
    frame.mapFrame.hidden = stops.length === 0;
    frame.fill(stops.map(row), kept, [x.element("p", {}, x.say("plan_none")), x.pagesLink({ class: "act wide" }, "inspections", {}, x.say("plan_make"))]);
    drawMap(stops);
    return stops;
  }

  function count(plan, stops) {
    const done = stops.filter((stop) => stop.done).length;
    const figures = { left: x.numbers.count(stops.length - done), visited: x.numbers.count(done), walk: plan && x.numbers.length(plan.total_m) };
    frame.count(plan ? Object.entries(figures).map(([key, figure]) => [x.say(`plan_${key}`), figure]) : []);
  }

  // By its name in the organisation; plans of before went by a plain number.
  const groupName = ({ group, group_name: name }) => (name ? x.nameOf(name) : /^\d+$/.test(group) ? x.say("group_name", { n: group }) : group);

  // With one plan there is nothing to choose, but whose it is stands there.
  function drawGroups(plan) {
    const plans = x.plan.plans();
    const chip = (one) =>
      x.element("button", { type: "button", class: "chip", "aria-pressed": String(one.group === plan?.group), onclick: () => choose(one.group) }, groupName(one));
    frame.chips.hidden = plans.length === 0;
    frame.chips.replaceChildren(...(plans.length === 1 ? [x.element("span", { class: "sub" }, x.say("plan_of", { group: groupName(plans[0]) }))] : plans.map(chip)));
  }

  async function choose(group) {
    await x.plan.choose(group);
    fit((await x.plan.mine()).stops);
  }

  const placed = (stops) => stops.filter((stop) => stop.lon !== null);

  function drawMap(stops) {
    const { layer, chip } = frame;
    layer.clearLayers();
    if (!frame.hasMap() || stops.length === 0) {
      return;
    }
    const last = x.position.last();
    if (last) {
      x.marks.me(last.place, last.accuracy).addTo(layer);
    }
    x.marks.walk(placed(stops), null).addTo(layer);
    stops.forEach((stop, i) => {
      if (stop.lon !== null) {
        x.marks.stop({ ...stop, stage: stop.done ? "done" : "plan" }, i + 1, () => show(stop)).addTo(layer);
      }
    });
    chip.textContent = x.say("plan_stops", { n: stops.length });
  }

  const fit = (stops) => frame.fit(placed(stops).map((stop) => [stop.lat, stop.lon]));

  function show(stop) {
    const line = frame.rows.querySelector(`[data-point="${CSS.escape(stop.point)}"]`);
    line.scrollIntoView({ block: "center" });
    line.querySelector("button").focus({ preventScroll: true });
  }

  function stateOf({ waits, visited, reason }) {
    if (waits !== null) {
      const stuck = waits.state === "conflict" || waits.state === "refused";
      return x.element("span", { class: `tag ${waits.state}` }, x.say(stuck ? "tag_stuck" : "plan_is_kept"));
    }
    return visited ? x.element("span", { class: "good" }, x.say("plan_is_visited")) : x.element("span", { class: reason === "recheck_overdue" ? "overdue" : "" }, x.say(`reason_${reason}`));
  }

  // A sheet that waits is put right in the outbox; otherwise the point is visited.
  const open = (stop) => (stop.waits === null ? x.openVisit(stop) : x.openOutbox());

  function row(stop, at) {
    const number = x.element("span", { class: `stop ${stop.done ? "done" : "plan"}` }, stop.done ? x.icon("synced") : String(at + 1));
    const about = x.element("span", {}, `${stop.point} · ${x.nameOf(stop.site_class_name)}`);
    const away = at ? x.element("span", {}, x.numbers.length(stop.leg_m)) : null;
    const lines = x.element("span", { class: "lines" }, x.element("strong", {}, stop.name), x.element("span", { class: "meta" }, stateOf(stop), about, away));
    const main = x.element("button", { type: "button", class: "case-main", onclick: () => open(stop) }, number, lines);
    const record = stop.waits === null ? x.element("button", { type: "button", class: "act", "aria-label": x.say("plan_record_of", { point: stop.name }), onclick: () => open(stop) }, x.say("plan_record")) : null;
    return x.element("li", { "data-point": stop.point }, main, record);
  }

  x.planList = { build, shown };
})(globalThis.xunjie);
