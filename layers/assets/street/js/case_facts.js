// What is said of a case: its deadline in words, its facts, its history.
"use strict";

(function (x) {
  const HOUR = 3_600_000;
  const DAY = 24 * HOUR;

  const ENDED = ["CLOSED", "REJECTED"];

  // {text, kind}: overdue, soon (within a day), later or undated; null where the case is over.
  function due(issue) {
    if (ENDED.includes(issue.status)) {
      return null;
    }
    if (!issue.due_at) {
      return { text: x.say("no_deadline"), kind: "undated" };
    }
    const left = Date.parse(issue.due_at) - x.today.now();
    const late = left < 0;
    const far = Math.abs(left);
    const days = far >= 2 * DAY;
    const n = days ? Math.floor(far / DAY) : Math.max(1, Math.floor(far / HOUR));
    const unit = days ? "days" : "hours";
    return { text: late ? x.say(`late_${unit}`, { n }) : x.say(`left_${unit}`, { n }), kind: late ? "overdue" : left < DAY ? "soon" : "later" };
  }

  const statusName = (status) => x.say(`status_${status.toLowerCase()}`);

  // What is dispatched once more, after a verification that failed or a reopening, was returned.
  const stateName = (issue) => (issue.status === "DISPATCHED" && issue.returned ? x.say("status_returned") : statusName(issue.status));

  // The same of a step that was taken from the state `before`.
  const stepName = (status, before) => stateName({ status, returned: ["VERIFYING", "CLOSED"].includes(before) });

  function heading(issue) {
    const road = x.place.roadName(issue.road);
    return [x.types.typeName(issue.type), road || x.place.areaName(issue.subdistrict)].filter(Boolean).join(" · ");
  }

  const fact = (key, value) => (value ? [x.element("dt", {}, x.say(key)), x.element("dd", {}, value)] : []);

  function facts(issue) {
    const task = x.city.tasks.find((one) => one.code === issue.task);
    return x.element(
      "dl",
      { class: "facts" },
      fact("number", issue.number),
      fact("status", stateName(issue)),
      fact("reported_at", x.numbers.dayAndTime(issue.reported_at)),
      fact("due_at", due(issue) && issue.due_at && `${x.numbers.dayAndTime(issue.due_at)} (${due(issue).text})`),
      fact("asking", x.asking.standing(issue)),
      fact("closed_at", issue.closed_at && x.numbers.dayAndTime(issue.closed_at)),
      fact("place", [x.place.areaName(issue.subdistrict), x.place.roadName(issue.road)].filter(Boolean).join(" · ")),
      fact("address", issue.address),
      fact("task", task && x.nameOf(task.name)),
      fact("rework", issue.rework ? x.say("times", { n: issue.rework }) : ""),
    );
  }

  // By name, where the server knows one. Who reported it may be a protected person, of whom the log has a reference.
  const actor = (step) => (step.name ? x.nameOf(step.name) : step.actor?.startsWith("p-") ? x.say("a_reporter") : step.actor);

  // The steps, and among them what was asked and answered of more time; `asked` says after how many steps.
  function history(steps, asked = []) {
    const row = (step, name, ends) =>
      x.element(
        "li",
        {},
        x.element("strong", {}, name),
        x.element("span", { class: "sub" }, [x.numbers.dayAndTime(step.at), actor(step)].filter(Boolean).join(" · ")),
        step.note ? x.element("p", {}, step.note) : null,
        step.evidence ? x.element("p", {}, step.evidence.replace(/^photo:[0-9a-f]{64}$/gm, x.say("a_photo"))) : null,
        step.until ? x.element("p", {}, x.say("asked_until", { until: x.numbers.dayAndTime(step.until) })) : null,
        ends.map((text) => x.element("p", { class: "sub" }, text)),
      );
    const rows = steps.flatMap((step, at) => {
      const after = asked.filter((entry) => entry.states === at + 1);
      const own = after.filter((entry) => entry.act === null).flatMap(x.asking.ends);
      const others = after.filter((entry) => entry.act !== null);
      return [row(step, stepName(step.status, steps[at - 1]?.status), own), ...others.map((entry) => row(entry, x.asking.what(entry), x.asking.ends(entry)))];
    });
    return x.element("ol", { class: "history" }, rows);
  }

  x.caseFacts = { due, statusName, stateName, stepName, heading, facts, history };
})(globalThis.xunjie);
