// More time for a case: the form by which a department asks for it, and what is said of requests and their answers.
"use strict";

(function (x) {
  const DAY = 86_400_000;
  const MOST_DAYS = 365;
  const MOST_REASON = 500;
  const OVER = ["CLOSED", "REJECTED"];

  // Whether it may be asked for now: by the department, of what is open and has a deadline, one request at a time.
  const offered = (issue, roles) =>
    (roles.length === 0 || roles.includes("department")) && !OVER.includes(issue.status) && Boolean(issue.due_at) && !issue.asking && !x.pending.asks(issue.id);

  // The end of the day so many days after the deadline, or after today where that is past, as the city's clocks write it.
  function untilOf(issue, days) {
    const from = Math.max(Date.parse(issue.due_at), x.today.now());
    const day = Date.parse(`${x.inCity(new Date(from).toISOString()).slice(0, 10)}T00:00:00Z`);
    return `${new Date(day + days * DAY).toISOString().slice(0, 10)}T23:59:59.999999`;
  }

  async function handIn(issue, { until, note }) {
    const { account } = await x.who.current();
    await x.outbox.add({
      id: x.outbox.uuid(),
      kind: "ask",
      issue: issue.id,
      number: issue.number,
      account,
      at: Date.now(),
      type: issue.type,
      until,
      place: [issue.lon, issue.lat],
      where: x.caseFacts.heading(issue),
      version: x.pending.versionOf(issue.id, issue.version),
      steps: [{ kind: "ask", id: x.outbox.uuid(), content: { act: "ask_extension", set: { until }, note } }],
    }, []);
    x.toast(x.say(navigator.onLine === false ? "kept_on_phone" : "handed_in"));
  }

  function form(issue, done) {
    const days = x.element("input", { id: "ask-days", type: "number", inputmode: "numeric", min: 1, max: MOST_DAYS, step: 1, value: 3 });
    const reason = x.element("textarea", { id: "ask-reason", rows: 3, maxlength: MOST_REASON, placeholder: x.say("ask_hint") });
    const means = x.element("p", { class: "hint", "aria-live": "polite" });
    const chosen = () => (/^\d{1,3}$/.test(days.value) && Number(days.value) >= 1 && Number(days.value) <= MOST_DAYS ? Number(days.value) : null);
    const show = () => {
      means.textContent = chosen() ? x.say("asked_until", { until: x.numbers.dayAndTime(untilOf(issue, chosen())) }) : "";
    };
    days.addEventListener("input", show);
    show();
    const fields = [x.element("label", { for: "ask-days" }, x.say("ask_days")), days, means, x.element("label", { for: "ask-reason" }, x.say("ask_reason")), reason];
    const content = () => {
      const note = reason.value.trim();
      if (chosen() === null) {
        return { wrong: "ask_days_wrong", most: MOST_DAYS, field: days };
      }
      return note ? { until: untilOf(issue, chosen()), note } : { wrong: "ask_reason_missing", field: reason };
    };
    return x.caseActions.form(issue, { fields, button: "ask_extension", content, done, send: handIn });
  }

  const nameOf = (entry) => (entry.name ? x.nameOf(entry.name) : entry.actor);

  // What came of the last request, in a line: waiting for its answer, answered or lapsed; empty where nobody asked.
  function standing(issue) {
    const asked = (issue.asked || []).at(-1);
    if (issue.asking) {
      const { until, note } = issue.asking;
      return [x.say("asked_for", { who: nameOf(issue.asking), until: x.numbers.dayAndTime(until) }), note].filter(Boolean).join(" · ");
    }
    return asked ? [asked.lapsed ? x.say("ask_lapsed") : what(asked), asked.note].filter(Boolean).join(" · ") : "";
  }

  // What was done, where it is no step of the case.
  function what(entry) {
    const key = { ask_extension: "code_asked", refuse_extension: "code_refused", extend: "code_granted" }[entry.act];
    return x.say(key || (entry.act ? "asking" : "status_deferred"));
  }

  // Which requests an entry of the history answers, or ended with.
  const ends = (entry) => ["answers", "lapsed"].filter((name) => entry[name]).map((name) => x.say(`asking_${name}`, { version: entry[name] }));

  x.asking = { offered, form, standing, what, ends };
})(globalThis.xunjie);
