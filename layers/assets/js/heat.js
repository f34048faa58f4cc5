// The heat picture: kernel density in metres, painted by our own ramp and laid over its bounds.
"use strict";

(function (x) {
  x.layerKinds.heat = function (map, options) {
    let overlay = null;

    // Colour and alpha at a share (0 to 1) of the cap, as bytes.
    function colourAt(share) {
      const ramp = options.colours[x.state.theme];
      const place = Math.min(1, Math.pow(share, options.value_exponent)) * (ramp.length - 1);
      const below = Math.min(ramp.length - 2, Math.floor(place));
      const part = place - below;
      const mix = (a, b) => a + (b - a) * part;
      const channel = (from) =>
        mix(parseInt(ramp[below].substr(from, 2), 16), parseInt(ramp[below + 1].substr(from, 2), 16));
      const alpha = share === 0 ? 0 : mix(options.alpha[below], options.alpha[below + 1]);
      return [channel(1), channel(3), channel(5), 255 * alpha];
    }

    function colourTable() {
      return Array.from({ length: 256 }, (_, value) => colourAt(value / 255));
    }

    function paint({ nx, ny, values }) {
      const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
      const canvas = x.element("canvas", { width: nx, height: ny, class: "heat", "aria-hidden": "true" });
      const context = canvas.getContext("2d");
      const image = context.createImageData(nx, ny);
      const table = colourTable();
      bytes.forEach((value, position) => image.data.set(table[value], position * 4));
      context.putImageData(image, 0, 0);
      return canvas;
    }

    function draw() {
      const answer = x.feed.data.cells;
      const before = overlay;
      overlay = null;
      if (x.state.layer === "heat" && answer && answer.raster) {
        const [west, south, east, north] = answer.raster.bounds;
        const bounds = [[south, west], [north, east]];
        overlay = L.svgOverlay(paint(answer.raster), bounds, { pane: "areas", interactive: false }).addTo(map);
      }
      if (before) {
        before.remove();
      }
    }

    return { options, draw, colourAt };
  };
})(window.xunjie);
