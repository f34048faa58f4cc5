// Marks on the phone's map: issues by their symbols, numbered stops of a walk, the pin, the ring of a position's error.
"use strict";

(function (x) {
  const HIT_PX = 44;

  function symbol(issue, onclick) {
    const px = x.symbols.look(issue.stage).size + 4;
    const html = x.element("span", { class: "mark" }, x.symbols.picture(issue.stage, px));
    const icon = L.divIcon({ className: "mark-hit", html, iconSize: onclick ? [HIT_PX, HIT_PX] : [px, px] });
    const marker = L.marker([issue.lat, issue.lon], { icon, interactive: Boolean(onclick), keyboard: false });
    marker.setZIndexOffset(issue.stage === "overdue" ? 500 : 0);
    return onclick ? marker.on("click", () => onclick(issue)) : marker;
  }

  function stop(issue, number, onclick) {
    const html = x.element("span", { class: `stop ${issue.stage}` }, String(number));
    const icon = L.divIcon({ className: "mark-hit", html, iconSize: [HIT_PX, HIT_PX] });
    const marker = L.marker([issue.lat, issue.lon], { icon, keyboard: false, zIndexOffset: 10_000 - number * 100 });
    return marker.on("click", () => onclick(issue));
  }

  const walk = (issues, start) =>
    L.polyline(
      [...(start ? [[start[1], start[0]]] : []), ...issues.map((issue) => [issue.lat, issue.lon])],
      { className: "walk", color: getComputedStyle(document.documentElement).getPropertyValue("--primary").trim(), weight: 3, dashArray: "1 7", interactive: false },
    );

  // Me: a dot, and the circle within which I am.
  function me(place, accuracy) {
    const color = getComputedStyle(document.documentElement).getPropertyValue("--primary").trim();
    const at = [place[1], place[0]];
    const circle = L.circle(at, { radius: accuracy || 1, color, weight: 1.5, fillColor: color, fillOpacity: 0.14, interactive: false });
    const dot = L.circleMarker(at, { radius: 6, color: "#fff", weight: 2, fillColor: color, fillOpacity: 1, interactive: false });
    return L.layerGroup([circle, dot]);
  }

  // The pin that says where the issue is. Dragging moves it; with the keyboard arrows do.
  function pin(place, label, moved) {
    const drawing = x.svg(
      "svg",
      { viewBox: "0 0 34 46", width: 34, height: 46, "aria-hidden": "true" },
      x.svg("path", { class: "pin-body", d: "M17 1.500C8.400 1.500 2 8 2 16.500 2 27 12 32 17 44c5-12 15-17 15-27.500C32 8 25.600 1.500 17 1.500z" }),
      x.svg("circle", { class: "pin-eye", cx: 17, cy: 16.5, r: 5.5 }),
    );
    const icon = L.divIcon({ className: "pin", html: drawing, iconSize: [34, 46], iconAnchor: [17, 45] });
    const marker = L.marker([place[1], place[0]], { icon, draggable: true, autoPan: true, alt: label, title: label });
    marker.on("dragend", () => moved(marker.getLatLng()));
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("aria-label", label);
      element.addEventListener("keydown", (event) => nudge(event, marker, moved));
    });
    return marker;
  }

  const STEP_M = { ArrowUp: [0, 5], ArrowDown: [0, -5], ArrowLeft: [-5, 0], ArrowRight: [5, 0] };

  function nudge(event, marker, moved) {
    const step = STEP_M[event.key];
    if (!step) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const { lat, lng } = marker.getLatLng();
    const degree = 111_320;
    marker.setLatLng([lat + step[1] / degree, lng + step[0] / (degree * Math.cos((lat * Math.PI) / 180))]);
    moved(marker.getLatLng());
  }

  x.marks = { symbol, stop, walk, me, pin };
})(globalThis.xunjie);
