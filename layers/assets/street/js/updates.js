// The service worker from the page's side: put in place, and its next release taken over when the person says so.
"use strict";

(function (x) {
  const LOOK_MS = 30 * 60_000;
  let registration = null;
  let asked = false;

  async function start() {
    if (!("serviceWorker" in navigator)) {
      x.alarm(x.say("no_offline_here"));
      return;
    }
    navigator.serviceWorker.addEventListener("controllerchange", () => asked && location.reload());
    registration = await navigator.serviceWorker.register("/street/worker.js", { scope: "/street", updateViaCache: "none" });
    registration.addEventListener("updatefound", () => watch(registration.installing));
    if (registration.waiting) {
      offer();
    }
    setInterval(look, LOOK_MS);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  }

  // Without a signal there is no newer release to be had.
  const look = () => navigator.onLine !== false && registration.update().catch(() => {});

  function watch(worker) {
    worker.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) {
        offer();
      }
    });
  }

  function offer() {
    const bar = x.element("div", { class: "update", role: "status" }, x.element("span", {}, x.say("new_release")));
    const take = () => {
      asked = true;
      registration.waiting?.postMessage("take over");
    };
    bar.append(x.element("button", { type: "button", class: "second", onclick: take }, x.say("take_release")));
    document.querySelector(".update")?.remove();
    document.querySelector("#app").prepend(bar);
  }

  // Ask that the browser never clears what is kept here; once there is something to lose.
  async function persist() {
    if (navigator.storage?.persist && !(await navigator.storage.persisted())) {
      await navigator.storage.persist();
    }
  }

  // Where the browser can, it calls the worker as soon as there is a signal, with no page open.
  async function wake() {
    try {
      await registration?.sync?.register("outbox");
    } catch {
      // It may be forbidden here: then the page sends when it is open.
    }
  }

  x.updates = { start, look, persist, wake };
})(globalThis.xunjie);
