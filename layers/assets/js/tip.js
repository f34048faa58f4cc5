// The tip beside the pointer (at most four lines) and the outline of what it names.
"use strict";

(function (x) {
  let node = null;
  let outline = null;

  function show(lines, point) {
    if (!node) {
      node = x.element("div", { class: "tip", "aria-hidden": "true" });
      x.layout.frame.append(node);
    }
    node.replaceChildren(...lines.slice(0, 4).map((line, i) => x.element(i ? "span" : "strong", {}, line)));
    node.hidden = false;
    const { clientWidth, clientHeight } = x.layout.frame;
    const left = point.x + 16 + node.offsetWidth > clientWidth ? point.x - 14 - node.offsetWidth : point.x + 16;
    const top = Math.min(point.y + 12, clientHeight - node.offsetHeight - 6);
    node.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
  }

  function hide() {
    if (node) {
      node.hidden = true;
    }
    if (outline) {
      outline.remove();
      outline = null;
    }
  }

  function trace(geometry) {
    if (outline) {
      outline.remove();
    }
    const color = getComputedStyle(document.documentElement).getPropertyValue("--text");
    const renderer = x.layers.basemap.renderer("outline");
    outline = L.geoJSON(geometry, {
      pane: "outline",
      renderer,
      interactive: false,
      style: { color, weight: 3, fill: false },
    }).addTo(x.map);
  }

  x.tip = { show, hide, trace };
})(window.xunjie);
