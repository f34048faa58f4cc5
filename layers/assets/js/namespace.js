// The one namespace of the page: its parts, and the small messages they send each other.
"use strict";

window.xunjie = (function () {
  const listeners = new Map();

  function on(event, listener) {
    const known = listeners.get(event) || [];
    listeners.set(event, [...known, listener]);
  }

  function emit(event, detail) {
    for (const listener of listeners.get(event) || []) {
      listener(detail);
    }
  }

  // Kinds of layers register here; the script that Folium wrote asks for them by name.
  const layerKinds = {};
  const layers = {};

  function addLayer(map, name, options) {
    layers[name] = layerKinds[name](map, options);
  }

  return { on, emit, layerKinds, layers, addLayer, map: null, city: null };
})();
