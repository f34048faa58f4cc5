// The tip beside what it names (at most four lines), and the outline around that.
"use strict";

(function (x) {
  const OUTLINE_PX = 3;
  const HALO_PX = 3;
  let node = null;
  let outline = null;

  // `box` is left, right and middle of what is named, in px of the frame: the tip stands to the right of it, else left.
  function show(lines, [left, right, middle]) {
    if (!node) {
      node = x.element("div", { class: "tip", "aria-hidden": "true" });
      x.layout.frame.append(node);
    }
    node.replaceChildren(...lines.filter(Boolean).slice(0, 4).map((line, i) => x.element(i ? "span" : "strong", {}, line)));
    node.hidden = false;
    const { clientWidth, clientHeight } = x.layout.frame;
    const fits = right + 16 + node.offsetWidth <= clientWidth;
    const at = fits ? right + 16 : Math.max(4, left - 14 - node.offsetWidth);
    const top = Math.max(4, Math.min(middle + 12, clientHeight - node.offsetHeight - 6));
    node.style.transform = `translate(${at}px, ${top}px)`;
  }

  function hide() {
    if (node) {
      node.hidden = true;
    }
    outline?.remove();
    outline = null;
  }

  const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // 3 px in the colour of text, upon a halo, since the densest classes are as dark as text. `inner` is what a road's
  // own colour and width are: it stays visible between the two edges.
  function trace(geometry, inner = null) {
    outline?.remove();
    const base = { pane: "outline", renderer: x.layers.basemap.renderer("outline"), interactive: false };
    const width = inner ? inner.width + 2 * OUTLINE_PX : OUTLINE_PX;
    const strokes = [
      { color: colourOf("--halo"), weight: width + HALO_PX, opacity: 0.9 },
      { color: colourOf("--text"), weight: width, className: "highlight" },
      ...(inner ? [{ color: inner.colour, weight: inner.width }] : []),
    ];
    const layers = strokes.map((stroke) => L.geoJSON(geometry, { ...base, style: { fill: false, ...stroke } }));
    outline = L.layerGroup(layers).addTo(x.map);
  }

  // The same around a mark.
  function ring(latLng, radius) {
    outline?.remove();
    const base = { pane: "outline", renderer: x.layers.basemap.renderer("outline"), interactive: false, fill: false, radius };
    const halo = L.circleMarker(latLng, { ...base, color: colourOf("--halo"), weight: OUTLINE_PX + HALO_PX });
    const line = L.circleMarker(latLng, { ...base, color: colourOf("--text"), weight: OUTLINE_PX, className: "highlight" });
    outline = L.layerGroup([halo, line]).addTo(x.map);
  }

  x.tip = { show, hide, trace, ring };
})(window.xunjie);
