// Brings the page up, and says what is redrawn when.
"use strict";

(function (x) {
  const root = document.documentElement;

  function hatch() {
    const line = x.svg("path", { d: "M-1 1L1-1M0 6L6 0M5 7L7 5", class: "hatch-line" });
    const ground = x.svg("rect", { width: 6, height: 6, class: "hatch-ground" });
    const pattern = x.svg("pattern", { id: "no-data", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, ground, line);
    return x.svg("svg", { class: "definitions", "aria-hidden": "true" }, x.svg("defs", {}, pattern));
  }

  function drawLayers() {
    for (const name of ["subdistricts", "roads", "heat", "responsibility", "issues", "points"]) {
      x.layers[name].draw();
    }
  }

  function drawPanels() {
    if (x.state.page === "wall") {
      x.wall.draw();
    } else {
      x.layerSwitch.draw();
      x.legend.draw();
      x.timeBar.draw();
      x.summaryTable.draw();
    }
    x.badge.draw();
    x.status.draw();
    x.buttons.draw();
    x.layout.arrange();
  }

  function drawAll() {
    x.layers.basemap.restyle();
    drawLayers();
    drawPanels();
    x.labels.draw();
    x.card.follow();
  }

  function picture() {
    drawAll();
    x.card.refresh();
    if (!x.state.ready && x.state.page === "map" && !x.state.focus) {
      x.fit.settle();
    }
  }

  x.repaint = function () {
    x.layers.basemap.draw();
    drawAll();
  };

  async function change(changed) {
    const has = (...keys) => keys.some((key) => changed.includes(key));
    if (has("language")) {
      await x.loadStrings(x.state.language);
      root.lang = x.state.language;
    }
    if (has("theme")) {
      root.dataset.theme = x.state.theme;
      x.layers.basemap.draw();
    }
    if (has("language", "theme", "isolatedClass")) {
      drawAll();
      x.card.redraw();
    }
    if (has("filter", "layer", "show")) {
      if (x.state.page === "map") {
        x.layerSwitch.draw();
      }
      x.feed.soon();
    }
  }

  function moved() {
    x.layers.basemap.restyle();
    x.layers.roads.restyle();
    x.buttons.drawScale();
    if (x.state.page === "wall") {
      x.wall.drawOverview();
    }
    x.labels.draw();
    x.card.follow();
    x.feed.soon();
  }

  function resized() {
    x.layout.arrange();
    x.map.invalidateSize({ animate: false });
  }

  function prepareMap(map) {
    x.map = map;
    map.setMinZoom(9);
    map.setMaxZoom(18);
    const [west, south, east, north] = x.city.bounds;
    map.setMaxBounds(L.latLngBounds([south, west], [north, east]).pad(0.8));
    document.body.append(hatch());
  }

  x.start = async function (map) {
    root.dataset.theme = x.state.theme;
    root.lang = x.state.language;
    const [city] = await Promise.all([fetch(root.dataset.city).then((r) => r.json()), x.loadStrings(x.state.language)]);
    x.city = city;
    prepareMap(map);
    if (x.state.page === "wall") {
      x.wall.build();
    }
    drawPanels();
    map.invalidateSize({ animate: false });
    x.fit.city();
    x.layers.tiles?.show();
    x.layers.basemap.draw();
    drawAll();
    x.on("state", change);
    x.on("picture", picture);
    map.on("moveend", moved);
    new ResizeObserver(resized).observe(x.layout.frame);
    x.pointer.attach(map);
    x.keyboard.start();
    x.printing.start();
    x.host.start();
    document.fonts.ready.then(x.labels.draw);
    await x.feed.refresh();
    if (x.state.focus) {
      x.drill.show(x.state.focus, { animated: false });
    }
    x.placing.start();
    x.live.start();
  };
})(window.xunjie);
