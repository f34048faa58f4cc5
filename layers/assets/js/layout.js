// Where the panels stand: four corners of the frame, by size of the frame and wish of the city.
"use strict";

(function (x) {
  const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"];
  const WIDE = {
    layers: "top-left",
    legend: "top-left",
    badge: "top-right",
    status: "top-right",
    zoom: "bottom-left",
    scale: "bottom-left",
    time: "bottom-right",
    attribution: "bottom-right",
  };
  const MEDIUM = { ...WIDE, legend: "bottom-left", zoom: "top-right", scale: "bottom-right" };
  const NARROW = { ...WIDE, legend: "bottom-left", zoom: "bottom-right", scale: "bottom-right" };
  const ORDER = ["layers", "badge", "status", "zoom", "legend", "time", "scale", "attribution"];

  const frame = document.getElementById("frame");
  const corners = new Map();
  const panels = new Map();

  function sizeName() {
    const { clientWidth, clientHeight } = frame;
    if (clientWidth <= 640) {
      return "narrow";
    }
    return clientWidth <= 1000 || clientHeight <= 640 ? "medium" : "wide";
  }

  function add(name, node) {
    panels.set(name, node);
    node.dataset.panel = name;
  }

  function arrange() {
    const size = sizeName();
    frame.dataset.size = size;
    const wall = x.state.page === "wall" ? { zoom: "top-left", scale: "bottom-right" } : {};
    const places = { wide: { ...WIDE, ...x.city.panel_corners }, medium: { ...MEDIUM }, narrow: { ...NARROW } }[size];
    Object.assign(places, wall);
    for (const name of CORNERS) {
      if (!corners.has(name)) {
        corners.set(name, x.element("div", { class: `corner ${name}` }));
        frame.append(corners.get(name));
      }
    }
    for (const name of ORDER) {
      const node = panels.get(name);
      const corner = corners.get(places[name]);
      if (node && node.parentNode !== corner) {
        corner.append(node);
      }
    }
    clearOverlap(size);
    const right = corners.get("bottom-right");
    if (panels.has("attribution") && right.lastChild !== panels.get("attribution")) {
      right.append(panels.get("attribution"));
    }
  }

  const heightOf = (name) => (panels.has(name) ? panels.get(name).offsetHeight : 0);

  // A long legend would run into the zoom buttons: those then stand on the other side.
  function clearOverlap(size) {
    const wanted = ["layers", "legend", "zoom", "scale"].map(heightOf).reduce((sum, height) => sum + height + 14, 14);
    if (size === "wide" && panels.has("zoom") && wanted > frame.clientHeight) {
      corners.get("top-right").append(panels.get("zoom"));
    }
  }

  x.layout = { add, arrange, frame, size: () => frame.dataset.size };
})(window.xunjie);
