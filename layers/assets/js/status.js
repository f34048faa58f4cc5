// One line on how fresh the picture is, what failed, what just arrived.
"use strict";

(function (x) {
  const NEWS_MS = 12000;
  const LONG_STALE_MS = 5 * 60 * 1000;
  let node = null;
  let live = null;
  let failures = [];
  let news = null;
  let staleSince = null;

  function create() {
    node = x.element("div", { class: "status", "data-covers": true });
    live = x.element("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    document.body.append(live);
    x.layout.add("status", node);
  }

  const isOld = () => staleSince !== null && Date.now() - staleSince >= LONG_STALE_MS;

  function freshness() {
    const { stale, asOf, embedded, page } = x.state;
    if (stale && page === "map") {
      return x.element("p", { class: `pill stale${isOld() ? " old" : ""}` }, x.element("i", {}), x.say("stale", { at: x.numbers.dayAndTime(asOf) }));
    }
    if (embedded || page === "wall" || !asOf) {
      return null;
    }
    return x.element("p", { class: "pill" }, x.element("i", {}), x.say("live", { at: x.numbers.dayAndTime(asOf) }));
  }

  function failure() {
    if (failures.length === 0) {
      return null;
    }
    const retry = x.element("button", { type: "button", onclick: () => x.feed.soon({ fresh: true }) }, x.say("retry"));
    const names = failures.map(({ name }) => x.say(`part_${name}`)).join(x.say("list_comma"));
    return x.element("p", { class: "panel failure", role: "alert" }, x.say("failed", { names }), retry);
  }

  function empty() {
    const { summary } = x.feed.data;
    if (!summary || summary.issues.total > 0 || !x.state.filter) {
      return null;
    }
    return x.element("p", { class: "panel empty" }, x.say("empty"));
  }

  function draw() {
    if (!node) {
      create();
    }
    const line = news ? x.element("p", { class: "pill news" }, x.say(...news())) : null;
    node.replaceChildren(...[freshness(), line, failure(), empty()].filter(Boolean));
  }

  // `sentence` gives key and values, so that it can be said again in another language.
  function announce(sentence) {
    news = sentence;
    live.textContent = x.say(...sentence());
    clearTimeout(announce.timer);
    announce.timer = setTimeout(() => {
      news = null;
      draw();
    }, NEWS_MS);
    draw();
  }

  let growOld = null;
  function redraw() {
    if (node) {
      draw();
    }
    x.emit("freshness");
  }

  x.on("failed", (list) => {
    failures = list;
    if (node) {
      draw();
    }
  });

  x.on("stale", (stale) => {
    staleSince = stale ? staleSince || Date.now() : null;
    x.state.stale = stale;
    clearTimeout(growOld);
    growOld = stale ? setTimeout(redraw, LONG_STALE_MS - (Date.now() - staleSince)) : null;
    redraw();
  });

  x.status = { draw, announce, isOld };
})(window.xunjie);
