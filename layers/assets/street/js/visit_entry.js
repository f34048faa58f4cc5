// From a filled sheet to the entry that is sent: one visit of a point, and what is said of it in a line.
"use strict";

(function (x) {
  const RECHECKS = ["recheck_overdue", "recheck_due"];

  // What the entries of one point wait for each other by.
  const keyOf = (stop) => `point ${stop.point}`;
  const draftOf = (stop) => `draft-visit-${stop.point}`;

  // An empty sheet for a stop of a plan, with the version that is in force today.
  function blank(stop) {
    const checklist = x.checklists.inForce(stop.site_class);
    const kind = RECHECKS.includes(stop.reason) ? "recheck" : "unannounced";
    return { version: checklist ? checklist.version : null, kind, answers: {}, compliant: null, report: true, note: "", instead: null };
  }

  // Unmet items that can be reported as issues at the point.
  function reportable(stop, sheet, checklist) {
    const unmet = (item) => item.issue_type !== null && sheet.answers[item.code] === "unmet";
    return stop.lon === null || !checklist ? [] : checklist.items.filter(unmet).map((item) => item.code);
  }

  function make(stop, sheet, checklist, account) {
    const { instead, ...kept } = sheet;
    const found = checklist ? x.checklists.score(checklist, sheet.answers) : { score: null, compliant: sheet.compliant, failed_critical: [] };
    const answers = checklist && Object.fromEntries(checklist.items.map(({ code }) => [code, sheet.answers[code]]));
    const says = checklist ? { answers, checklist_version: sheet.version } : { compliant: sheet.compliant };
    const report = sheet.report ? reportable(stop, sheet, checklist) : [];
    const content = { point: stop.point, kind: sheet.kind, note: sheet.note.trim(), ...says, ...(report.length ? { report } : {}) };
    const at = instead ? instead.at : Date.now();
    const key = keyOf(stop);
    return {
      id: x.outbox.uuid(),
      kind: "visit",
      issue: key,
      number: stop.point,
      account,
      at,
      stop,
      sheet: kept,
      found,
      where: x.nameOf(stop.site_class_name),
      // How many visits of the point are known here; of one that follows an own unsent one its receipt will say it.
      version: x.pending.versionOf(key, stop.visits ?? 0),
      steps: [{ kind: "visit", id: x.outbox.uuid(), content, capturedAt: x.clock.stands() ? null : at }],
    };
  }

  const verdict = (compliant) => x.say(compliant ? "compliant" : "non_compliant");

  // "85.0 points · compliant · 1 critical failed", of what the phone or the server found.
  function line({ score, compliant, failed_critical: critical }) {
    const parts = [score === null ? "" : x.say("visit_score", { score: score.toFixed(1) }), verdict(compliant)];
    return [...parts, critical.length ? x.say("critical_failed", { n: critical.length }) : ""].filter(Boolean).join(" · ");
  }

  // That another version has come into force since the sheet was begun, in words; empty otherwise.
  function older(stop, sheet) {
    const now = x.checklists.inForce(stop.site_class)?.version;
    return sheet.version && now && now !== sheet.version ? x.say("visit_older", { version: sheet.version, now }) : "";
  }

  x.visits = { keyOf, draftOf, blank, reportable, make, line, older, verdict };
})(globalThis.xunjie);
