// The points that my group visits today: how far they are through, where they lie, and the way to record each visit.
"use strict";

(function (x) {
  let parts = null;
  let map = null;
  const layer = L.layerGroup();

  function build() {
    const figures = x.element("div", { class: "figures" });
    const frame = x.element("div", { class: "map", role: "region" });
    const chip = x.element("div", { class: "map-chip end", role: "status" });
    const asOf = x.element("p", { class: "as-of", role: "status", hidden: true });
    const groups = x.element("div", { class: "orders", role: "group", "aria-label": x.say("plan_group") });
    const rows = x.element("ul", { class: "cases" });
    const none = x.element("div", { class: "none" });
    const mapFrame = x.element("div", { class: "map-frame short" }, frame, x.map.badge(), chip);
    const element = x.element("div", { class: "plan" }, figures, mapFrame, asOf, groups, none, rows);
    parts = { figures, frame, mapFrame, chip, groups, asOf, rows, none };
    for (const event of ["plans", "theme", "online"]) {
      x.on(event, () => element.isConnected && draw());
    }
    return element;
  }

  // Called when the list of points comes into view.
  async function shown() {
    if (map === null) {
      map = x.map.make(parts.frame, { label: x.say("plan_map") });
      layer.addTo(map.leaflet);
    }
    map.leaflet.invalidateSize();
    fit(await draw());
    await x.plan.refresh({ ifOlder: true });
  }

  async function draw() {
    const plan = await x.plan.mine();
    const stops = plan ? plan.stops : [];
    drawFigures(plan, stops);
    drawGroups(plan);
    const kept = x.plan.kept();
    parts.asOf.hidden = !kept || navigator.onLine !== false;
    parts.asOf.textContent = kept ? x.say("list_as_of", { moment: x.numbers.dayAndTime(x.inCity(new Date(kept.at).toISOString())) }) : "";
    parts.mapFrame.hidden = stops.length === 0;
    parts.rows.replaceChildren(...stops.map(row));
    parts.none.hidden = stops.length > 0;
    parts.none.replaceChildren(...(stops.length ? [] : nothing(kept)));
    drawMap(stops);
    return stops;
  }

  function nothing(kept) {
    if (!kept) {
      return [x.element("p", {}, x.say(navigator.onLine === false ? "list_never_offline" : "list_loading"))];
    }
    return [x.element("p", {}, x.say("plan_none")), x.pagesLink({ class: "act wide" }, "inspections", {}, x.say("plan_make"))];
  }

  function drawFigures(plan, stops) {
    const visited = stops.filter((stop) => stop.visited).length;
    const figure = (key, value) => x.element("div", {}, x.element("b", {}, value), x.element("span", {}, x.say(`plan_${key}`)));
    const length = plan ? x.numbers.length(plan.total_m) : x.numbers.NONE;
    parts.figures.hidden = plan === null;
    parts.figures.replaceChildren(figure("left", x.numbers.count(stops.length - visited)), figure("visited", x.numbers.count(visited)), figure("walk", length));
  }

  // The pages number the groups; another program may have named one in words.
  const groupName = (group) => (/^\d+$/.test(group) ? x.say("group_name", { n: group }) : group);

  // With one plan there is nothing to choose, but whose it is stands there.
  function drawGroups(plan) {
    const plans = x.plan.plans();
    const chip = ({ group }) =>
      x.element("button", { type: "button", class: "chip", "aria-pressed": String(group === plan?.group), onclick: () => choose(group) }, groupName(group));
    parts.groups.hidden = plans.length === 0;
    parts.groups.replaceChildren(...(plans.length === 1 ? [x.element("span", { class: "sub" }, x.say("plan_of", { group: groupName(plans[0].group) }))] : plans.map(chip)));
  }

  async function choose(group) {
    await x.plan.choose(group);
    fit((await x.plan.mine()).stops);
  }

  const placed = (stops) => stops.filter((stop) => stop.lon !== null);

  function drawMap(stops) {
    layer.clearLayers();
    if (map === null || stops.length === 0) {
      return;
    }
    const last = x.position.last();
    if (last) {
      x.marks.me(last.place, last.accuracy).addTo(layer);
    }
    x.marks.walk(placed(stops), null).addTo(layer);
    stops.forEach((stop, i) => {
      if (stop.lon !== null) {
        x.marks.stop({ ...stop, stage: stop.visited ? "done" : "plan" }, i + 1, () => show(stop)).addTo(layer);
      }
    });
    parts.chip.textContent = x.say("plan_stops", { n: stops.length });
  }

  function fit(stops) {
    const places = placed(stops).map((stop) => [stop.lat, stop.lon]);
    if (map !== null && places.length) {
      map.leaflet.fitBounds(L.latLngBounds(places), { padding: [28, 28], maxZoom: 16, animate: false });
    }
  }

  function show(stop) {
    const line = parts.rows.querySelector(`[data-point="${CSS.escape(stop.point)}"]`);
    line.scrollIntoView({ block: "center" });
    line.querySelector("a").focus({ preventScroll: true });
  }

  function row(stop, at) {
    const number = x.element("span", { class: `stop ${stop.visited ? "done" : "plan"}` }, stop.visited ? x.icon("synced") : String(at + 1));
    const state = stop.visited ? x.element("span", { class: "good" }, x.say("plan_is_visited")) : x.element("span", { class: stop.reason === "recheck_overdue" ? "overdue" : "" }, x.say(`reason_${stop.reason}`));
    const main = x.element(
      "div",
      { class: "case-main" },
      number,
      x.element(
        "span",
        { class: "lines" },
        x.element("strong", {}, stop.name),
        x.element("span", { class: "meta" }, state, x.element("span", {}, `${stop.point} · ${x.nameOf(stop.site_class_name)}`), at ? x.element("span", {}, x.numbers.length(stop.leg_m)) : null),
      ),
    );
    const record = x.pagesLink({ class: "act", "aria-label": x.say("plan_record_of", { point: stop.name }) }, "inspections", { point: stop.point }, x.say("plan_record"));
    return x.element("li", { "data-point": stop.point }, main, record);
  }

  x.planList = { build, shown };
})(globalThis.xunjie);
