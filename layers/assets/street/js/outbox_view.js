// What waits, what needs a word from its author, and what has arrived: one card for each entry.
"use strict";

(function (x) {
  let open = null;

  x.openOutbox = function () {
    if (open) {
      return;
    }
    const body = x.element("div", { class: "outbox" });
    const now = x.element("button", { type: "button", class: "primary wide", onclick: () => x.keepSending.now() }, x.say("send_now"));
    open = x.sheet({ title: x.say("outbox"), full: true, content: [body], name: "outbox", onclose: () => (open = null) });
    open.foot.append(now);
    open.draw = () => draw(body, now);
    open.draw();
  };

  async function draw(body, now) {
    const entries = await x.outbox.entries();
    const { account } = await x.who.current();
    const of = (...states) => entries.filter((entry) => states.includes(entry.state));
    const part = (key, rows) => (rows.length ? [x.element("h3", {}, x.say(key, { n: rows.length })), ...rows.map((entry) => card(entry, account))] : []);
    const parts = [
      ...part("outbox_problems", of("conflict", "refused")),
      ...part("outbox_waiting", of("waiting", "held")),
      ...part("outbox_sent", of("sent").reverse().slice(0, 30)),
    ];
    body.replaceChildren(...(parts.length ? parts : [x.element("p", { class: "none" }, x.say("outbox_empty"))]));
    now.hidden = of("waiting").length === 0;
    now.disabled = navigator.onLine === false;
    now.textContent = x.say(navigator.onLine === false ? "waits_for_signal" : "send_now");
  }

  function headingOf(entry) {
    if (entry.kind === "visit") {
      return x.say("entry_visit", { point: entry.stop.name });
    }
    const others = { report: "entry_report", ask: "ask_extension" };
    const what = others[entry.kind] ? x.say(others[entry.kind]) : x.caseFacts.stepName(entry.status, entry.seen);
    return [what, x.types.typeName(entry.type)].join(" · ");
  }

  function progress(entry) {
    const photos = entry.steps.filter((step) => step.kind === "upload");
    const done = photos.filter((step) => step.done).length;
    return photos.length ? x.say("photos_sent", { done, n: photos.length }) : "";
  }

  const CONFLICTS = { visit: (entry) => x.visitConflict(entry), ask: (entry) => x.askingConflict(entry) };

  function card(entry, account) {
    const at = x.numbers.dayAndTime(x.inCity(new Date(entry.at).toISOString()));
    const state = { waiting: "waiting", held: "waiting", conflict: "alert", refused: "alert", sent: "synced" }[entry.state];
    const other = entry.state === "waiting" && entry.account !== null && entry.account !== account;
    return x.element(
      "article",
      { class: `entry ${entry.state}`, "data-entry": entry.id },
      x.element("header", {}, x.icon(state), x.element("strong", {}, headingOf(entry)), entry.number ? x.element("span", { class: "sub" }, entry.number) : null),
      x.element("p", { class: "sub" }, [entry.where, at, entry.state === "sent" ? "" : progress(entry)].filter(Boolean).join(" · ")),
      entry.kind === "visit" ? visited(entry) : null,
      other ? x.element("p", { class: "note" }, x.say("waits_for_account", { account: entry.account })) : null,
      entry.kind === "ask" ? x.element("p", { class: "sub" }, x.say("asked_until", { until: x.numbers.dayAndTime(entry.until) })) : null,
      entry.state === "conflict" ? (CONFLICTS[entry.kind] || x.conflict)(entry, () => {}) : null,
      entry.state === "refused" ? refused(entry) : null,
      untouched(entry) ? takeBack(entry) : null,
      entry.state === "held" ? held(entry) : null,
    );
  }

  // What was found, in the server's figures once it has said them; and that the checklist has changed meanwhile.
  function visited({ stop, sheet, found, steps: [{ answer }] }) {
    const says = [x.visits.line(answer || found), answer?.issues.length ? x.say("visit_issues", { numbers: answer.issues.join(", ") }) : "", x.visits.older(stop, sheet)];
    return says.filter(Boolean).map((text) => x.element("p", { class: "sub" }, text));
  }

  const canEdit = (entry) => entry.kind === "report" || entry.kind === "visit";

  // Nothing of it has been tried: it can still be put right, or taken back.
  const untouched = (entry) =>
    entry.state === "waiting" && navigator.onLine === false && entry.steps.every((step) => !step.done && !step.body);

  function takeBack(entry) {
    const buttons = [
      canEdit(entry) ? x.element("button", { type: "button", class: "plain", onclick: () => edit(entry) }, x.say("edit_again")) : null,
      x.element("button", { type: "button", class: "plain", onclick: () => confirmDiscard(entry) }, x.say("discard")),
    ];
    return x.element("div", { class: "take-back" }, buttons);
  }

  // It is in the form again: it waits for that, unless its author wants it sent as it was.
  function held(entry) {
    const release = x.element("button", { type: "button", class: "plain", onclick: () => again(entry) }, x.say("send_as_it_was"));
    const back = entry.kind === "visit" ? x.element("button", { type: "button", class: "plain", onclick: () => edit(entry) }, x.say("edit_again")) : null;
    return x.element("div", { class: "take-back" }, x.element("span", { class: "note" }, x.say("being_edited")), back, release);
  }

  // What is being written already is not thrown away for it.
  async function edit(entry) {
    if (entry.kind === "report" && !x.report.isEmpty()) {
      x.toast(x.say("form_in_use"));
      return;
    }
    if (entry.state === "waiting") {
      await x.outbox.update({ ...entry, state: "held" }); // so that it is not sent while it is in hand
    }
    if (entry.kind === "visit") {
      x.openVisit(entry.stop, { instead: entry });
      return;
    }
    x.report.edit(entry);
    open.close();
    x.tabs.show("report");
  }

  // Refusals that people meet in the street, in words of theirs.
  const PLAIN = { actor: "refused_actor", until: "refused_until", geometry: "refused_geometry", reported_at: "refused_reported_at", at: "refused_reported_at", type: "refused_type" };

  const CHECKLIST = ["compliant", "version"];

  // Why, in the server's own words where it has some.
  function reason({ problem }) {
    if (CHECKLIST.includes(problem.key) || problem.key?.startsWith("answers")) {
      return x.say("refused_checklist");
    }
    if (PLAIN[problem.key]) {
      return x.say(PLAIN[problem.key]);
    }
    return (x.isChinese() ? problem.message_zh : problem.message) || x.say("refused_status", { status: problem.status });
  }

  function refused(entry) {
    const buttons = [
      canEdit(entry) && !entry.steps[0].done ? x.element("button", { type: "button", class: "second", onclick: () => edit(entry) }, x.say("edit_again")) : null,
      x.element("button", { type: "button", class: "second", onclick: () => again(entry) }, x.say("try_again")),
      x.element("button", { type: "button", class: "danger", onclick: () => confirmDiscard(entry) }, x.say("discard")),
    ];
    return x.element("div", { class: "refusal" }, x.element("p", { class: "wrong" }, reason(entry)), x.element("div", { class: "pair" }, buttons));
  }

  async function again(entry) {
    await x.outbox.update({ ...entry, state: "waiting", problem: null });
    x.tell("wanted");
  }

  // Nothing leaves the phone unsent without a second word.
  function confirmDiscard(entry) {
    const yes = async () => {
      await x.outbox.discard(entry);
      sheet.close();
    };
    const sheet = x.sheet({
      title: x.say("discard_sure"),
      name: "discard",
      content: [x.element("p", {}, x.say("discard_means")), x.element("button", { type: "button", class: "danger wide", onclick: yes }, x.say("discard"))],
    });
  }

  for (const event of ["outbox", "online", "who"]) {
    x.on(event, () => open?.draw());
  }
})(globalThis.xunjie);
