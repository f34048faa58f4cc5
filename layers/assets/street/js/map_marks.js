// Marks on the phone's map: issues by their symbols, numbered stops of a walk, the ring of a position's error.
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

  x.marks = { symbol, stop, walk, me };
})(globalThis.xunjie);
