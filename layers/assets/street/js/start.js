// The beginning: sentences, the city, what the phone keeps; then the four tabs, and the sending.
"use strict";

(function (x) {
  const root = document.documentElement;

  x.state = { language: root.lang, theme: root.dataset.theme };
  root.addEventListener("themechange", () => {
    x.state.theme = root.dataset.theme;
    if (x.city) {
      x.emit("theme");
    }
  });

  async function city() {
    const answer = await fetch(root.dataset.city);
    x.city = await answer.json();
    const { stages, halo } = x.city.look;
    x.layers = { issues: { options: { stages, halo, groups: [] } }, points: { options: { states: {} } } };
  }

  function build() {
    document.title = `${x.say("app_name")} · ${x.nameOf(x.city.name)}`;
    document.querySelector("link[rel=manifest]").href = `/street/manifest.webmanifest?lang=${x.state.language}`;
    const main = x.element("main", {}, x.report.build(), x.list.build(), x.mapTab(), x.me.build());
    document.querySelector("#app").append(x.header.build(), main, x.tabs.build());
    document.body.append(...x.notices);
  }

  async function begin() {
    await Promise.all([x.loadStrings(x.state.language), city()]);
    build();
    await x.database.kept("who"); // opens the database: without it nothing can be promised
    await x.pending.load();
    await x.today.load();
    await x.plan.load();
    x.tabs.show(x.tabs.first());
    await x.report.load();
    x.emit("outbox", await x.outbox.counts());
    x.drafts.sweep().catch(x.storageTrouble);
    x.keepSending.start();
    x.cityRoads.load().catch(x.storageTrouble);
    x.today.refresh();
    x.plan.refresh();
    root.dataset.ready = "true";
    await x.updates.start();
  }

  begin().catch((error) => {
    // A browser that keeps nothing (a private window of some) cannot do what this page is for: say so, and stop.
    const failed = error?.name === "InvalidStateError" || error?.name === "SecurityError" || error?.name === "UnknownError";
    document.querySelector("#app").prepend(x.element("p", { class: "alarm", role: "alert" }, x.say(failed ? "no_storage" : "start_failed")));
    throw error;
  });
})(globalThis.xunjie);
