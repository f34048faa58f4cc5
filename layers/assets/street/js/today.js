// Today's list: asked for when there is a signal, kept on the phone, and shown from there.
"use strict";

(function (x) {
  const MOST = 300;
  const FRESH_MS = 60_000;
  const WITHIN_MS = 30_000;
  let kept = null; // {answer, at, scope}
  let asking = null;

  const scopeDefault = { subdistricts: [] };
  let scope = scopeDefault;

  async function load() {
    scope = await x.database.kept("scope", scopeDefault);
    kept = await x.database.kept("today");
    x.emit("today");
  }

  async function choose(chosen) {
    scope = chosen;
    await x.database.keep("scope", chosen);
    await refresh();
  }

  // Ask the server; false where it could not be asked. The kept list stays until a new one is whole.
  function refresh({ ifOlder = false } = {}) {
    if (navigator.onLine === false || (ifOlder && kept && Date.now() - kept.at < FRESH_MS)) {
      return Promise.resolve(false);
    }
    asking ??= ask().finally(() => {
      asking = null;
    });
    return asking;
  }

  async function ask() {
    const query = new URLSearchParams([["most", MOST], ...scope.subdistricts.map((code) => ["subdistrict", code])]);
    const answer = await answerOf(`/api/my-list?${query}`);
    if (!answer) {
      x.emit("today");
      return false;
    }
    kept = { answer, at: Date.now(), scope };
    x.emit("today");
    try {
      await x.database.keep("today", kept);
    } catch (error) {
      x.storageTrouble(error);
    }
    return true;
  }

  // The JSON of a route, null without one.
  async function answerOf(path) {
    try {
      const answer = await fetch(path, { signal: AbortSignal.timeout(WITHIN_MS), redirect: "error" });
      x.clock.hear(answer);
      if (answer.status === 401) {
        x.emit("sending", { state: "signin" });
      }
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  // The campaign's present moment in milliseconds: where its clock stands, that of the list.
  function now() {
    const stands = x.clock.stands() && kept ? Date.parse(kept.answer.as_of) : NaN;
    return Number.isFinite(stands) ? stands : Date.now() + x.clock.skew();
  }

  const issues = () => (kept ? kept.answer.issues : []);

  // One case with its history: the kept one at once, then the present one where there is a signal.
  async function openCase(id, show) {
    const before = await x.database.get("cases", id);
    if (before) {
      show(before.record);
    }
    const record = navigator.onLine === false ? null : await answerOf(`/api/issues/${encodeURIComponent(id)}`);
    if (record) {
      show(record);
      await x.database.put("cases", { id, record }).catch(x.storageTrouble);
    }
  }

  x.on("somebody else", () => load().then(() => refresh()));

  x.today = { answerOf, load, refresh, choose, issues, now, openCase, scope: () => scope, kept: () => kept };
})(globalThis.xunjie);
