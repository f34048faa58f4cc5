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
  const map = frame.querySelector(".folium-map");
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
    frame.dataset.aim = String(x.state.aim);
    const wall = x.state.page === "wall" ? { zoom: "top-left", scale: "bottom-right" } : {};
    const places = { wide: { ...WIDE, ...x.city.panel_corners }, medium: { ...MEDIUM }, narrow: { ...NARROW } }[size];
    Object.assign(places, wall);
    for (const name of CORNERS) {
      if (!corners.has(name)) {
        corners.set(name, x.element("div", { class: `corner ${name}` }));
        frame.insertBefore(corners.get(name), map); // so that Tab comes to the panels first, then to the map
      }
    }
    if (size === "wide" && crowded()) {
      places.zoom = "top-right";
    }
    for (const [corner, node] of corners) {
      const wanted = ORDER.filter((name) => panels.has(name) && places[name] === corner).map((name) => panels.get(name));
      if (wanted.some((panel, position) => node.children[position] !== panel)) {
        node.append(...wanted);
      }
    }
  }

  const heightOf = (name) => (panels.has(name) ? panels.get(name).offsetHeight : 0);

  // A long legend would run into the zoom buttons: those then stand on the other side.
  function crowded() {
    const wanted = ["layers", "legend", "zoom", "scale"].map(heightOf).reduce((sum, height) => sum + height + 14, 14);
    return wanted > frame.clientHeight;
  }

  x.layout = { add, arrange, frame, size: () => frame.dataset.size };
})(window.xunjie);
