// Recording a visit of a point: its checklist item by item, the score as it is answered, kept as it is filled in.
"use strict";

(function (x) {
  const MOST_NOTE = 2_000;
  const KINDS = ["unannounced", "announced", "recheck"];
  const ANSWERS = ["met", "unmet", "not_applicable"];

  // `stop` as the plan has it; `instead` is the entry whose place the sheet takes when it is handed in.
  x.openVisit = async function (stop, { instead = null } = {}) {
    const draft = x.visits.draftOf(stop);
    const kept = await x.drafts.read(draft);
    const mine = (kept?.instead?.id ?? null) === (instead?.id ?? null); // a draft of an entry is its entry's alone
    const before = mine ? kept : instead ? { ...instead.sheet, instead } : null;
    const blank = x.visits.blank(stop);
    let sheet = { ...blank, ...before, version: before?.version ?? blank.version };
    const checklist = sheet.version ? x.checklists.version(stop.site_class, sheet.version) : null;
    const closed = new Map(); // what is drawn anew with each answer
    const error = x.element("p", { class: "wrong", role: "alert" });
    const line = x.element("p", { class: "visit-line", role: "status" });
    const submit = x.element("button", { type: "button", class: "primary wide", onclick: handIn });
    const page = x.sheet({ title: stop.name, full: true, name: "visit", content: body(), onclose: ends });
    const names = x.on("online", name);
    page.foot.append(error, line, submit);
    page.dialog.classList.add("visit");
    name();
    draw();

    function ends() {
      names();
      x.drafts.flush(draft);
    }

    function name() {
      submit.textContent = x.say(navigator.onLine === false ? "submit_offline" : "record_visit");
    }

    function set(changes) {
      sheet = { ...sheet, ...changes };
      x.drafts.keep(draft, sheet);
      error.textContent = "";
      draw();
    }

    function body() {
      const known = x.checklists.known();
      const about = x.element("p", { class: "sub" }, [stop.point, x.nameOf(stop.site_class_name)].join(" · "));
      const notes = [stop.visited ? x.say("visit_again") : "", x.visits.older(stop, sheet), known ? "" : x.say("checklists_never")];
      return [about, ...notes.filter(Boolean).map((text) => x.element("p", { class: "note" }, text)), kinds(), known ? (checklist ? list() : plain()) : null, note()];
    }

    function choice(name, options, label, say, pick) {
      const buttons = options.map((option) => x.element("button", { type: "button", class: `answer ${option}`, "data-answer": option, onclick: () => pick(option) }, say(option)));
      closed.set(name, (chosen) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.answer === chosen))));
      return x.element("div", { class: "answers", role: "group", ...label }, buttons);
    }

    function kinds() {
      const label = x.element("p", { class: "label", id: "visit-kind" }, x.say("visit_kind"));
      return [label, choice("kind", KINDS, { "aria-labelledby": "visit-kind" }, (kind) => x.say(`kind_${kind}`), (kind) => set({ kind }))];
    }

    function list() {
      const rest = x.element("button", { type: "button", class: "second wide", onclick: restMet }, x.say("rest_met"));
      const tick = x.element("input", { type: "checkbox", id: "visit-report" });
      const words = x.element("span", {});
      const report = x.element("label", { class: "choice", for: "visit-report", hidden: true }, tick, words);
      tick.addEventListener("change", () => set({ report: tick.checked }));
      closed.set("rest", () => {
        const n = x.visits.reportable(stop, sheet, checklist).length;
        rest.hidden = x.checklists.score(checklist, sheet.answers) !== null;
        report.hidden = n === 0;
        tick.checked = sheet.report;
        words.textContent = x.say("report_unmet", { n });
      });
      const { version, pass_mark: mark, assumed } = checklist;
      const rule = x.say("visit_checklist", { version, mark }) + (assumed ? x.say("visit_assumed") : "");
      return [x.element("h3", {}, x.say("visit_items", { n: checklist.items.length })), x.element("p", { class: "hint" }, rule), x.element("ol", { class: "items" }, checklist.items.map(item)), rest, report];
    }

    function item(one) {
      const offered = ANSWERS.filter((answer) => one.may_not_apply || answer !== "not_applicable");
      const id = `item-${one.code}`;
      const weight = x.element("small", {}, x.say("item_weight", { n: one.weight }));
      const critical = one.critical ? x.element("b", { class: "critical" }, x.say("item_critical")) : null;
      const text = x.element("p", { id }, critical, x.nameOf(one.text), " ", weight);
      const pick = (answer) => set({ answers: { ...sheet.answers, [one.code]: answer } });
      return x.element("li", { "data-item": one.code }, text, choice(one.code, offered, { "aria-labelledby": id }, (answer) => x.say(`answer_${answer}`), pick));
    }

    // A class without a checklist: the verdict is said.
    function plain() {
      const label = x.element("p", { class: "label", id: "visit-verdict" }, x.say("no_checklist"));
      const pick = (verdict) => set({ compliant: verdict === "met" });
      return [label, choice("verdict", ["met", "unmet"], { "aria-labelledby": "visit-verdict" }, (verdict) => x.say(`answer_${verdict}`), pick)];
    }

    function note() {
      const field = x.element("textarea", { id: "visit-note", rows: 2, maxlength: MOST_NOTE, placeholder: x.say("visit_note_hint") });
      field.value = sheet.note;
      field.addEventListener("input", () => set({ note: field.value }));
      return [x.element("label", { class: "label", for: "visit-note" }, x.say("note_optional")), field];
    }

    function restMet() {
      const rest = checklist.items.filter(({ code }) => !sheet.answers[code]).map(({ code }) => [code, "met"]);
      set({ answers: { ...sheet.answers, ...Object.fromEntries(rest) } });
    }

    function found() {
      if (checklist) {
        return x.checklists.score(checklist, sheet.answers);
      }
      return sheet.compliant === null ? null : { score: null, compliant: sheet.compliant, failed_critical: [] };
    }

    function draw() {
      closed.forEach((show, name) => show({ kind: sheet.kind, verdict: { true: "met", false: "unmet" }[sheet.compliant] }[name] ?? sheet.answers[name]));
      const result = found();
      const n = checklist ? checklist.items.filter(({ code }) => sheet.answers[code]).length : 0;
      line.className = `visit-line ${result ? (result.compliant ? "good" : "bad") : ""}`;
      line.textContent = result ? x.visits.line(result) : checklist ? x.say("visit_answered", { n, all: checklist.items.length }) : "";
      submit.disabled = !x.checklists.known();
    }

    function lacks() {
      if (found() !== null) {
        return false;
      }
      const missing = checklist ? checklist.items.filter(({ code }) => !sheet.answers[code]) : [];
      error.textContent = x.say(checklist ? "visit_unanswered" : "verdict_missing", { n: missing.length });
      const first = page.body.querySelector(missing.length ? `[data-item="${CSS.escape(missing[0].code)}"] button` : "[aria-labelledby=visit-verdict] button");
      first.scrollIntoView({ block: "center" });
      first.focus({ preventScroll: true });
      return true;
    }

    async function handIn() {
      if (lacks()) {
        return;
      }
      submit.disabled = true;
      try {
        const { account } = await x.who.current();
        await x.outbox.add(x.visits.make(stop, sheet, checklist, account), [], { instead: sheet.instead, draft });
        x.drafts.forget(draft);
        page.close();
        x.toast(x.say(navigator.onLine === false ? "kept_on_phone" : "handed_in"));
        x.updates.persist();
      } catch (trouble) {
        x.storageTrouble(trouble); // the sheet stays as it is
      } finally {
        submit.disabled = false;
      }
    }
  };
})(globalThis.xunjie);
