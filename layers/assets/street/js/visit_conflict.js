// A point that was visited meanwhile: what I found beside what was found, field by field, and whether mine still counts.
"use strict";

(function (x) {
  const WORDS = {
    kind: (value) => x.say(`kind_${value}`),
    verdict: (value) => x.visits.verdict(value === "compliant"),
    score: (value) => x.say("visit_score", { score: value }),
  };
  const wordOf = (field, value) => (field.startsWith("answers.") ? x.say(`answer_${value}`) : WORDS[field] ? WORDS[field](value) : value);

  // Both visits happened: nothing of them is joined. Mine is recorded besides, or given up.
  x.visitConflict = function (entry) {
    const { problem, stop, sheet } = entry;
    const when = x.numbers.dayAndTime(x.inCity(problem.changed_at));
    const says = x.say(problem.changed_by ? "visited_by" : "visited_meanwhile", { who: problem.changed_by, when, n: problem.version });
    const rows = Object.entries(problem.difference).map(([field, sides]) => row(field, sides));
    const keep = x.element("button", { type: "button", class: "primary wide", onclick: (event) => decide(event, () => x.outbox.resolve(entry, {})) }, x.say("visit_record_too"));
    const drop = x.element("button", { type: "button", class: "second wide", onclick: (event) => decide(event, () => x.outbox.discard(entry)) }, x.say("visit_drop"));
    return x.element("div", { class: "differences" }, x.element("p", {}, says), rows, rows.length ? null : x.element("p", {}, x.say("visit_same")), keep, drop);

    function row(field, { yours, now }) {
      const side = (whose, value) => x.element("div", { class: "side plain-side" }, x.element("small", {}, x.say(`side_${whose}`)), x.element("span", {}, value ? wordOf(field, value) : x.say("empty")));
      return x.element("fieldset", { class: "difference", "data-field": field }, x.element("legend", {}, nameOf(field)), side("mine", yours), side("theirs", now));
    }

    function nameOf(field) {
      const code = field.replace("answers.", "");
      const item = x.checklists.version(stop.site_class, sheet.version)?.items.find((one) => one.code === code);
      return item ? x.nameOf(item.text) : field === code ? x.say(`field_${field}`) : code;
    }

    async function decide({ currentTarget }, act) {
      currentTarget.disabled = true;
      try {
        await act();
      } catch (error) {
        currentTarget.disabled = false;
        x.storageTrouble(error);
      }
    }
  };
})(globalThis.xunjie);
