// Today's list: how much of it is overdue, where it lies, in which order to go, and what to do at each stop.
"use strict";

(function (x) {
  const STOPS = 9;
  const ORDERS = ["route", "due", "type"];
  let order = "due";
  let frame = null;
  let parts = null;
  let roles = [];

  function build() {
    frame = x.listFrame({ choices: x.say("order"), map: x.say("list_map") });
    frame.chips.append(...ORDERS.map(orderButton));
    const cases = frame.element;
    const points = x.planList.build();
    const views = x.element("div", { class: "views", role: "group", "aria-label": x.say("list_views"), hidden: true }, [["issues", cases], ["points", points]].map(viewButton));
    const scroll = x.element("div", { class: "scroll" }, views, cases);
    parts = { cases, points, views, scroll };
    x.on("today", draw);
    x.on("pending", draw);
    x.on("theme", draw);
    x.on("online", () => frame.age(x.today.kept()));
    x.on("tab", (tab) => tab === "list" && shown());
    x.on("who", offerPoints);
    return x.element("section", { class: "tab-list", "data-tab": "list" }, scroll);
  }

  function viewButton([name, part]) {
    return x.element("button", { type: "button", "data-view": name, "aria-pressed": String(name === "issues"), onclick: () => turnTo(part) }, x.say(`view_${name}`));
  }

  // Issues or points; the one who inspects has both.
  function turnTo(part) {
    parts.scroll.replaceChildren(parts.views, part);
    for (const button of parts.views.children) {
      button.setAttribute("aria-pressed", String((button.dataset.view === "points") === (part === parts.points)));
    }
    shown();
  }

  async function offerPoints() {
    parts.views.hidden = !x.who.may(await x.who.current(), "inspect");
    if (parts.views.hidden && parts.points.isConnected) {
      turnTo(parts.cases);
    }
  }

  function orderButton(name) {
    return x.element("button", { type: "button", class: "chip", "data-order": name, "aria-pressed": String(name === order), onclick: () => choose(name) }, x.say(`order_${name}`));
  }

  async function choose(name) {
    order = name;
    for (const button of frame.chips.children) {
      button.setAttribute("aria-pressed", String(button.dataset.order === name));
    }
    if (name === "route") {
      frame.chip.textContent = x.say("locating");
      await x.position.ask().catch((error) => {
        if (!(error instanceof x.Told)) {
          throw error;
        }
        x.toast(error.message);
      });
    }
    draw();
    fit();
  }

  function shown() {
    offerPoints();
    if (parts.points.isConnected) {
      x.planList.shown();
      return;
    }
    if (frame.shown()) {
      draw();
      fit();
    }
    x.today.refresh({ ifOlder: true });
  }

  // In the order chosen; where a walk was asked for each has its leg.
  function ordered() {
    const issues = x.today.issues();
    if (order === "route") {
      return x.routeOrder.ordered(issues, x.position.last()?.place || null);
    }
    if (order === "type") {
      const place = new Map(x.city.types.map((type, i) => [type.code, i]));
      return [...issues].sort((a, b) => place.get(a.type) - place.get(b.type));
    }
    return issues; // the server's order: what is due first stands first
  }

  async function draw() {
    roles = (await x.who.current()).roles;
    const issues = ordered();
    const kept = x.today.kept();
    const figure = (key) => [x.say(`figure_${key}`), kept ? x.numbers.count(kept.answer[key]) : x.numbers.NONE, key === "overdue" && kept?.answer.overdue ? "bad" : ""];
    frame.count(["overdue", "verifying", "handling"].map(figure));
    frame.age(kept);
    frame.fill(issues.map(row), kept, [x.element("p", {}, x.say("list_empty"))]);
    drawMap(issues);
  }

  function drawMap(issues) {
    const { layer, chip } = frame;
    layer.clearLayers();
    if (!frame.hasMap()) {
      return;
    }
    const walk = order === "route" ? issues.slice(0, STOPS) : [];
    const start = x.position.last()?.place || null;
    const open = (issue) => x.openCase(issue);
    if (start) {
      x.marks.me(start, x.position.last().accuracy).addTo(layer);
    }
    if (walk.length) {
      x.marks.walk(walk, start).addTo(layer);
      walk.forEach((issue, i) => x.marks.stop(issue, i + 1, open).addTo(layer));
      chip.textContent = x.say("walk", { n: walk.length, length: x.numbers.length(x.routeOrder.total(walk)) });
    } else {
      issues.forEach((issue) => x.marks.symbol(issue, open).addTo(layer));
      const total = x.today.kept()?.answer.total ?? 0;
      chip.textContent = total > issues.length ? x.say("list_part", { n: issues.length, total }) : x.say("list_whole", { n: issues.length });
    }
  }

  function fit() {
    const issues = order === "route" ? ordered().slice(0, STOPS) : ordered();
    const start = order === "route" ? x.position.last()?.place : null;
    frame.fit(issues.length ? [...issues.map((issue) => [issue.lat, issue.lon]), ...(start ? [[start[1], start[0]]] : [])] : []);
  }

  function row(issue, at) {
    const waits = x.pending.waiting(issue.id);
    const ahead = x.pending.ahead(issue);
    const due = x.caseFacts.due(ahead);
    const stuck = waits !== null && waits.state !== "waiting";
    const action = stuck ? null : x.caseActions.actionOf(ahead, roles);
    const place = x.position.last()?.place;
    const away = order === "route" ? issue.leg : place ? x.place.distance(place, [issue.lon, issue.lat]) : null;
    const number = order === "route" && at < STOPS ? x.element("span", { class: `stop ${issue.stage}` }, String(at + 1)) : x.element("span", { class: "lead" }, x.symbols.picture(issue.stage, 20));
    const main = x.element(
      "button",
      { type: "button", class: "case-main", onclick: () => x.openCase(issue) },
      number,
      x.element(
        "span",
        { class: "lines" },
        x.element("strong", {}, x.caseFacts.heading(issue)),
        x.element(
          "span",
          { class: "meta" },
          order === "route" && at < STOPS ? x.symbols.picture(issue.stage, 13) : null,
          due && x.element("span", { class: due.kind }, due.text),
          x.element("span", {}, x.caseFacts.stateName(ahead)),
          waits ? x.element("span", { class: `tag ${waits.state}` }, x.say(stuck ? "tag_stuck" : "tag_waiting")) : null,
          away === null ? null : x.element("span", {}, x.numbers.length(away)),
        ),
      ),
    );
    const act = () => x.openCase(issue, { act: true });
    const label = action && `${x.say(action.key)}: ${x.caseFacts.heading(issue)}`;
    const side = action ? x.element("button", { type: "button", class: "act", "aria-label": label, onclick: act }, x.say(action.key)) : null;
    return x.element("li", { "data-id": issue.id }, main, side);
  }

  x.list = { build };
})(globalThis.xunjie);
