// Zoom, whole city and full screen; and the scale bar.
"use strict";

(function (x) {
  const LENGTHS_M = [25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10000, 20000];
  const ICONS = {
    zoom_in: "M8 3V13M3 8H13",
    zoom_out: "M3 8H13",
    home: "M2.5 8L8 3L13.5 8M4.5 7V13H11.5V7",
    full_screen: "M3 6V3H6M10 3H13V6M13 10V13H10M6 13H3V10",
  };
  let zoom = null;
  let scale = null;

  function toggleFullScreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else if (document.fullscreenEnabled) {
      document.documentElement.requestFullscreen();
    }
  }

  const actions = {
    zoom_in: () => x.map.zoomIn(0.5),
    zoom_out: () => x.map.zoomOut(0.5),
    home: () => x.drill.clear(),
    full_screen: toggleFullScreen,
  };

  function button(name) {
    const icon = x.svg(
      "svg",
      { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
      x.svg("path", { d: ICONS[name], fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
    );
    const label = x.say(name);
    return x.element("button", { type: "button", "aria-label": label, title: label, onclick: actions[name] }, icon);
  }

  function drawScale() {
    const middle = x.map.getSize().divideBy(2);
    const from = x.map.containerPointToLatLng(middle);
    const to = x.map.containerPointToLatLng(middle.add([100, 0]));
    const perPixel = x.map.distance(from, to) / 100;
    const most = x.state.page === "wall" ? 170 : x.layout.size() === "narrow" ? 100 : 150;
    const metres = LENGTHS_M.filter((length) => length / perPixel <= most).pop() || LENGTHS_M[0];
    const bar = x.element("i");
    bar.style.width = `${metres / perPixel}px`;
    scale.replaceChildren(x.element("span", {}, x.say(metres < 1000 ? "length_m" : "length_km", {
      n: metres < 1000 ? metres : metres / 1000,
    })), bar);
  }

  function draw() {
    if (!zoom) {
      zoom = x.element("div", { class: "panel zoom", role: "group", "data-covers": true });
      scale = x.element("div", { class: "scale", "data-covers": true });
      if (x.state.page === "map") {
        x.layout.add("zoom", zoom);
      }
      x.layout.add("scale", scale);
    }
    const names = Object.keys(ICONS).filter((name) => name !== "full_screen" || document.fullscreenEnabled);
    zoom.setAttribute("aria-label", x.say("view"));
    zoom.replaceChildren(...names.map(button));
    drawScale();
  }

  x.buttons = { draw, drawScale, toggleFullScreen };
})(window.xunjie);
