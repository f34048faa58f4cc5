// Who uses the phone: the only place that knows an account, and what a request says of it.
"use strict";

(function (x) {
  // Before the server has said who it is: what is written then is put down to whoever sends it.
  const NOBODY = { account: null, name: "", roles: [], scope: {}, actions: [], demo: false, login: "off" };
  const WITHIN_MS = 15_000;
  let present = null;

  async function current() {
    present ??= await x.database.kept("who", NOBODY);
    return present;
  }

  // Ask the server who is signed in; without an answer it stays as it was.
  async function refresh() {
    if (navigator.onLine === false) {
      return;
    }
    try {
      const answer = await fetch("/api/me", { signal: AbortSignal.timeout(WITHIN_MS), redirect: "error", cache: "no-store" });
      if (answer.status === 401) {
        x.tell("sending", { state: "signin" });
      } else if (answer.ok) {
        const { account, name, roles, scope, actions, demo, login } = await answer.json();
        await become({ account, name, roles, scope, actions, demo, login });
      }
    } catch {
      // Out of reach: whoever it was keeps writing.
    }
  }

  // Sign out: what others wrote leaves the phone; what waits to be sent stays for its author.
  async function signOut() {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    await fetch("/sign-out", { method: "POST", headers, body: "", cache: "no-store" });
    await become(NOBODY);
  }

  const may = (who, action) => who.account === null || who.actions.includes(action);

  // Somebody else has signed in: what was kept for the one before is not theirs to read.
  async function become(who) {
    const before = await current();
    const other = before.account !== who.account;
    if (before.account !== null && other) {
      await x.database.writing(["cases", "kept"], (cases, kept) => {
        cases.clear();
        kept.delete("today");
        kept.delete("plans");
      });
    }
    present = who;
    await x.database.keep("who", who);
    x.tell("who", who);
    if (before.account !== null && other) {
      x.tell("somebody else");
    }
  }

  // What a change says of its author; with a login the server takes it from the session and this must agree with it.
  const named = (body, account) => ({ ...body, actor: account });

  x.who = { current, refresh, signOut, may, named };
  x.on("who", (who) => {
    present = who;
  });
})(globalThis.xunjie);
