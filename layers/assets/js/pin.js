// The pin that says where an issue is. Dragging moves it; with the keyboard arrows do.
"use strict";

(function (x) {
  const STEP_M = { ArrowUp: [0, 5], ArrowDown: [0, -5], ArrowLeft: [-5, 0], ArrowRight: [5, 0] };

  // A marker at `place` ([longitude, latitude]); `moved` is told where it was put.
  x.makePin = function (place, label, moved) {
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
  };

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
})(window.xunjie);
