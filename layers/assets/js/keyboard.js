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
    const layer = "1234".indexOf(event.key);
    const action = layer >= 0 ? () => chooseLayer(layer) : actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  }

  x.keyboard = { start: () => document.addEventListener("keydown", press) };
})(window.xunjie);
