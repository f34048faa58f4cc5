// Today's points with what is looked at there: asked for when there is a signal, kept on the phone, and shown from there.
"use strict";

(function (x) {
  const FRESH_MS = 60_000;
  let kept = null; // {answer, at}
  let chosen = null; // the group whose plan was looked at last
  let asking = null;

  async function load() {
    await x.checklists.load();
    kept = await x.database.kept("plans", null);
    chosen = await x.database.kept("plan group", null);
    x.emit("plans");
  }

  // Ask the server; the kept plans stay until new ones are whole. Nobody is asked for whom visits are none of theirs.
  function refresh({ ifOlder = false } = {}) {
    if (navigator.onLine === false || (ifOlder && kept && Date.now() - kept.at < FRESH_MS)) {
      return Promise.resolve();
    }
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  }

  async function ask() {
    if (!x.who.may(await x.who.current(), "inspect")) {
      return;
    }
    const [answer] = await Promise.all([x.today.answerOf("/api/plans"), x.checklists.refresh()]);
    if (answer) {
      kept = { answer, at: Date.now() };
      await x.database.keep("plans", kept).catch(x.storageTrouble);
    }
    x.emit("plans");
  }

  const plans = () => (kept ? kept.answer.plans : []);

  // The plan to show: of the group that was chosen, else of the viewer's own, else the first; null without any.
  async function mine() {
    const own = (await x.who.current()).scope?.groups || [];
    const of = (wanted) => plans().find(({ group }) => wanted.includes(group));
    return of([chosen]) || of(own) || plans()[0] || null;
  }

  async function choose(group) {
    chosen = group;
    x.emit("plans");
    await x.database.keep("plan group", group).catch(x.storageTrouble);
  }

  x.on("sent", () => refresh());
  x.on("somebody else", () => load().then(() => refresh()));

  x.plan = { load, refresh, plans, mine, choose, kept: () => kept };
})(globalThis.xunjie);
