// Keys of the map, while the map (or nothing) has the focus.
"use strict";

(function (x) {
  function inMap(target) {
    return target === document.body || x.map.getContainer().contains(target);
  }

  function chooseLayer(position) {
    const layer = x.layerSwitch.available()[position];
    if (layer) {
      x.set({ layer, isolatedClass: null });
      x.emit("chosen");
    }
  }

  function toggle(overlay) {
    x.toggle(overlay);
    x.emit("chosen");
  }

  const actions = {
    o: () => toggle("open"),
    p: () => toggle("points"),
    f: () => x.buttons.toggleFullScreen(),
    " ": () => x.timeBar.togglePlay(),
    Home: () => x.fit.city({ animated: true }),
  };

  // Leaflet itself moves a map that has the focus; where nothing has it, the same keys mean the same.
  const PAN_PX = 80;
  const moves = {
    ArrowLeft: () => x.map.panBy([-PAN_PX, 0]),
    ArrowRight: () => x.map.panBy([PAN_PX, 0]),
    ArrowUp: () => x.map.panBy([0, -PAN_PX]),
    ArrowDown: () => x.map.panBy([0, PAN_PX]),
    "+": () => x.map.zoomIn(),
    "=": () => x.map.zoomIn(),
    "-": () => x.map.zoomOut(),
  };

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "Escape") {
      if (x.card.isOpen() || x.state.focus) {
        x.drill.clear();
      }
      return;
    }
    if (!inMap(event.target)) {
      return;
    }
    const layer = "12345".indexOf(event.key);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const move = event.target === document.body ? moves[key] : undefined;
    const action = layer >= 0 ? () => chooseLayer(layer) : actions[key] || move;
    if (action) {
      event.preventDefault();
      action();
    }
  }

  x.keyboard = { start: () => document.addEventListener("keydown", press) };
})(window.xunjie);
