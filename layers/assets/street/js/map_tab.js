// The map by itself: all of today's list and what was reported from this phone; a tap opens a case.
"use strict";

(function (x) {
  x.mapTab = function () {
    const frame = x.element("div", { class: "map", role: "region" });
    const locate = x.element("button", { type: "button", class: "locate", "aria-label": x.say("locate"), onclick: find }, x.icon("locate"));
    const key = x.element("ul", { class: "map-key" });
    const chip = x.element("div", { class: "map-chip", role: "status" });
    const layer = L.layerGroup();
    let map = null;

    async function find() {
      try {
        const { place } = await x.position.ask();
        draw();
        map.leaflet.setView([place[1], place[0]], x.map.FIRST_ZOOM, { animate: false });
      } catch (error) {
        if (!(error instanceof x.Told)) {
          throw error;
        }
        x.toast(error.message);
      }
    }

    function draw() {
      if (map === null) {
        return;
      }
      layer.clearLayers();
      const last = x.position.last();
      if (last) {
        x.marks.me(last.place, last.accuracy).addTo(layer);
      }
      x.today.issues().forEach((issue) => x.marks.symbol(issue, (one) => x.openCase(one)).addTo(layer));
      for (const entry of x.pending.reports()) {
        x.marks.symbol({ lon: entry.place[0], lat: entry.place[1], stage: "handling" }, () => x.openOutbox()).addTo(layer);
      }
      const stages = ["overdue", "handling", "verifying"];
      key.replaceChildren(...stages.map((stage) => x.element("li", {}, x.symbols.picture(stage, 14), x.say(`figure_${stage}`))));
      chip.textContent = x.say("list_whole", { n: x.today.issues().length });
    }

    // Where I am, else where the list lies.
    function begin() {
      const last = x.position.last();
      const issues = x.today.issues();
      if (last) {
        map.leaflet.setView([last.place[1], last.place[0]], 15, { animate: false });
      } else if (issues.length) {
        map.leaflet.fitBounds(L.latLngBounds(issues.map((issue) => [issue.lat, issue.lon])), { padding: [24, 24], maxZoom: 16, animate: false });
      }
    }

    x.on("today", draw);
    x.on("pending", draw);
    x.on("theme", draw);
    x.on("tab", (tab) => {
      if (tab !== "map") {
        return;
      }
      if (map === null) {
        map = x.map.make(frame, { label: x.say("tab_map") });
        layer.addTo(map.leaflet);
        draw();
        begin();
      }
      map.leaflet.invalidateSize();
    });
    return x.element("section", { class: "tab-map", "data-tab": "map" }, x.element("div", { class: "map-frame tall" }, frame, x.map.badge(), key, chip, locate));
  };
})(globalThis.xunjie);
