// When to send: at once when something is handed in, when there is a signal, when the page is looked at, and by a timer.
"use strict";

(function (x) {
  const REST_MS = 60_000;
  const OFFLINE_MS = 20_000;
  let timer = null;

  async function now() {
    clearTimeout(timer);
    const { waiting } = await x.outbox.counts();
    if (waiting === 0) {
      return;
    }
    x.updates.wake();
    const outcome = await x.sender.drain();
    const left = (await x.outbox.counts()).waiting;
    clearTimeout(timer);
    if (left > 0) {
      timer = setTimeout(now, { offline: OFFLINE_MS, down: outcome.wait }[outcome.kind] ?? REST_MS);
    }
  }

  function lists() {
    x.today.refresh({ ifOlder: true });
    x.plan.refresh({ ifOlder: true });
  }

  function start() {
    addEventListener("online", () => {
      x.emit("online");
      x.who.refresh().then(now);
      lists();
    });
    addEventListener("offline", () => x.emit("online"));
    addEventListener("focus", now);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") {
        now();
        lists();
      }
    });
    x.on("wanted", now);
    x.on("sent", () => x.today.refresh());
    x.on("who", now);
    x.who.refresh().then(now);
  }

  x.keepSending = { start, now };
})(globalThis.xunjie);
