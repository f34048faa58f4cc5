// The heat picture: kernel density in metres, painted by our own ramp and laid over its bounds.
"use strict";

(function (x) {
  const FIRST = "#".charCodeAt(0);

  // Tiles by fetch, not as images: a browser shows an image that it has under an address without asking again.
  const HeatTiles = L.GridLayer.extend({
    createTile(coordinates, done) {
      const size = this.getTileSize();
      const canvas = x.element("canvas", { width: size.x, height: size.y, "aria-hidden": "true" });
      this.fill(canvas, L.Util.template(this.options.template, coordinates)).then(() => done(null, canvas), done);
      return canvas;
    },

    async fill(canvas, url) {
      const answer = await fetch(url);
      if (!answer.ok) {
        throw new Error(`HTTP ${answer.status}`);
      }
      const picture = await createImageBitmap(await answer.blob());
      canvas.getContext("2d").drawImage(picture, 0, 0);
      picture.close();
    },
  });

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

    // By api/raster_text.py: how far each pixel is from where its neighbours point.
    function pixels({ nx, ny, values }) {
      const bytes = new Uint8Array(nx * ny); // holds what is left modulo 256
      for (let row = 0, at = 0; row < ny; row += 1) {
        for (let column = 0, sum = 0; column < nx; column += 1, at += 1) {
          const point = values.charCodeAt(at) - FIRST;
          sum += point % 2 ? -(point + 1) / 2 : point / 2;
          bytes[at] = sum + (row ? bytes[at - nx] : 0);
        }
      }
      return bytes;
    }

    function paint(raster) {
      const { nx, ny } = raster;
      const canvas = x.element("canvas", { width: nx, height: ny, class: "heat", "aria-hidden": "true" });
      const context = canvas.getContext("2d");
      const image = context.createImageData(nx, ny);
      const table = colourTable();
      pixels(raster).forEach((value, position) => image.data.set(table[value], position * 4));
      context.putImageData(image, 0, 0);
      return canvas;
    }

    // Phones and slow links get pictures of tiles: a few kB that their own caches keep.
    const connection = navigator.connection || {};
    const slow = connection.saveData || ["slow-2g", "2g", "3g"].includes(connection.effectiveType);
    const byTiles = () => x.state.page === "map" && (slow || x.layout.size() === "narrow");

    let tiles = null;
    let shown = "";
    let old = true;

    function tileUrl() {
      const query = x.filterWith({ bbox: [], theme: [x.state.theme], cap: [x.heatCap()] });
      return `/heat/{z}/{x}/{y}.webp?${query}`;
    }

    // New tiles are laid over the old ones, which go when all have come: no blank moment.
    function drawTiles() {
      const url = tileUrl();
      if (!x.heatCap() || (url === shown && !old)) {
        return;
      }
      const before = tiles;
      [shown, old] = [url, false];
      tiles = new HeatTiles({ pane: "areas", template: url, updateWhenIdle: true }).addTo(map);
      if (before) {
        tiles.once("load", () => before.remove());
      }
    }

    function removeTiles() {
      tiles?.remove();
      [tiles, shown] = [null, ""];
    }

    function draw() {
      if (x.state.layer === "heat" && byTiles()) {
        drawTiles();
      } else {
        removeTiles();
      }
      drawRaster();
    }

    function drawRaster() {
      const answer = x.feed.data.cells;
      const before = overlay;
      overlay = null;
      if (x.state.layer === "heat" && answer && answer.raster && !byTiles()) {
        const [west, south, east, north] = answer.raster.bounds;
        const bounds = [[south, west], [north, east]];
        overlay = L.svgOverlay(paint(answer.raster), bounds, { pane: "areas", interactive: false }).addTo(map);
      }
      if (before) {
        before.remove();
      }
    }

    // Tiles are asked for again after a change in view or near it; those that it did not concern are not sent again.
    function doubt(delta) {
      const { bbox } = delta;
      const seen = map.getBounds().pad(0.2);
      const near = bbox && seen.intersects(L.latLngBounds([bbox[1], bbox[0]], [bbox[3], bbox[2]]));
      old = old || delta.since === null || Boolean(near);
    }

    return { options, draw, colourAt, byTiles, doubt };
  };
})(window.xunjie);
