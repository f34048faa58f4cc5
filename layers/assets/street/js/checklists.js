// What is looked at at each class of point: every version, kept on the phone; and the score that answers make.
"use strict";

(function (x) {
  let kept = null;

  async function load() {
    kept = await x.database.kept("checklists", null);
  }

  // Ask the server; the kept ones stay where it does not answer.
  async function refresh() {
    const answer = await x.today.answerOf("/api/checklists");
    if (answer) {
      kept = answer.checklists;
      await x.database.keep("checklists", kept).catch(x.storageTrouble);
    }
  }

  const today = () => x.inCity(new Date(x.today.now()).toISOString()).slice(0, 10);
  const of = (siteClass) => (kept || []).filter((one) => one.site_class === siteClass);

  // The version that a visit of today is answered with; null where the class has none yet.
  function inForce(siteClass) {
    const day = today();
    return of(siteClass)
      .filter((one) => one.since <= day)
      .reduce((latest, one) => (latest && latest.version > one.version ? latest : one), null);
  }

  const version = (siteClass, number) => of(siteClass).find((one) => one.version === number) || null;

  const codesOf = (items) => items.map((item) => item.code);

  // What the server will say of the answers (geo/checklist.py): null before every item has one. Cut to a tenth.
  function score({ items, pass_mark }, answers) {
    if (items.some((item) => !answers[item.code])) {
      return null;
    }
    const weigh = (some) => some.reduce((sum, item) => sum + item.weight, 0);
    const weight = weigh(items.filter((item) => answers[item.code] !== "not_applicable"));
    const unmet = items.filter((item) => answers[item.code] === "unmet");
    const critical = unmet.filter((item) => item.critical);
    const tenths = Math.floor((1000 * (weight - weigh(unmet))) / weight);
    return { score: tenths / 10, compliant: tenths >= pass_mark * 10 && critical.length === 0, failed: codesOf(unmet), failed_critical: codesOf(critical) };
  }

  x.checklists = { load, refresh, inForce, version, score, known: () => kept !== null };
})(globalThis.xunjie);
