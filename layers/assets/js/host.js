// Messages to and from the page that embeds the map; only from our own origin and our own parent.
"use strict";

(function (x) {
  const embedded = () => window.parent !== window;

  function post(message) {
    if (embedded()) {
      window.parent.postMessage(message, location.origin);
    }
  }

  function changesOf(message) {
    const { LAYERS, LANGUAGES, OVERLAYS } = x.choices;
    const changes = {};
    if (typeof message.filter === "string") {
      changes.filter = new URLSearchParams(message.filter).toString();
    }
    if (LANGUAGES.includes(message.lang)) {
      changes.language = message.lang;
    }
    if (["light", "dark"].includes(message.theme)) {
      changes.theme = message.theme;
    }
    if (LAYERS.includes(message.layer)) {
      changes.layer = message.layer;
    }
    if (message.show !== undefined) {
      const names = Array.isArray(message.show) ? message.show : String(message.show).split(",");
      changes.show = names.filter((name) => OVERLAYS.includes(name));
    }
    return changes;
  }

  function receive(event) {
    const { data } = event;
    const ours = event.origin === location.origin && event.source === window.parent && embedded();
    if (!ours || !data) {
      return;
    }
    if (data.type === "xunjie:hover") {
      x.highlight.named(String(data.kind || ""), String(data.code || ""));
    } else if (data.type === "xunjie:set") {
      take(data);
    }
  }

  function take(data) {
    const before = x.state.focus;
    x.set(changesOf(data));
    if (typeof data.pin === "string" && data.pin !== x.state.pin) {
      x.placing.take(data.pin);
    }
    if (typeof data.focus === "string" && data.focus !== before) {
      x.set({ focus: data.focus });
      if (data.focus) {
        x.drill.show(data.focus);
      } else {
        x.card.close({ quiet: true });
        x.fit.city({ animated: true });
      }
    }
  }

  function tellView() {
    const view = x.map.getBounds();
    const bbox = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((v) => v.toFixed(6)).join(",");
    post({ type: "xunjie:view", bbox, z: Math.round(x.map.getZoom() * 100) / 100 });
  }

  function start() {
    window.addEventListener("message", receive);
    x.on("chosen", () => post({ type: "xunjie:layer", layer: x.state.layer, show: x.state.show.join(",") }));
    x.map.on("moveend", tellView);
    post({ type: "xunjie:ready" });
    tellView();
  }

  x.host = { post, start };
})(window.xunjie);
