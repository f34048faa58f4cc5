// Symbols and clusters as one canvas layer of Leaflet: thousands cost one repaint, not thousands of elements.
"use strict";

(function (x) {
  const Mark = L.CircleMarker.extend({
    _updatePath() {
      this._renderer.drawXunjieMark(this);
    },
  });

  L.Canvas.include({
    drawXunjieMark(mark) {
      if (!this._drawing || mark._empty()) {
        return;
      }
      mark.options.paint(this._ctx, mark._point);
    },
  });

  function symbol(pane, renderer, latLng, kind, factor, shape) {
    const look = x.symbols.look(kind);
    const size = (look.size + 4) * factor;
    return new Mark(latLng, {
      pane,
      renderer,
      interactive: false,
      radius: size / 2 + 2,
      paint: (context, at) => x.symbols.draw(context, at.x, at.y, shape || kind, size, look),
    });
  }

  const MOST_RADIUS_PX = 24;
  const clusterRadius = (count) => Math.min(MOST_RADIUS_PX, 8 + 2.4 * Math.log2(1 + count));

  // Discs that would lie over each other on the screen become one at their common middle, so that each number is read.
  function apart(clusters, map) {
    let discs = clusters.map((entry) => ({ entry, at: map.latLngToContainerPoint([entry.lat, entry.lon]) }));
    for (let merged = true; merged; ) {
      merged = false;
      const kept = [];
      for (const disc of discs) {
        const touched = kept.findIndex(
          ({ entry, at }) => at.distanceTo(disc.at) < clusterRadius(entry.count) + clusterRadius(disc.entry.count),
        );
        if (touched < 0) {
          kept.push(disc);
        } else {
          const entry = together(kept[touched].entry, disc.entry);
          kept[touched] = { entry, at: map.latLngToContainerPoint([entry.lat, entry.lon]) };
          merged = true;
        }
      }
      discs = kept;
    }
    return discs.map(({ entry }) => entry);
  }

  // Counts add up; the place is the mean of all members.
  function together(a, b) {
    const sums = Object.keys(a).filter((key) => typeof a[key] === "number");
    const entry = Object.fromEntries(sums.map((key) => [key, a[key] + b[key]]));
    const mean = (key) => (a[key] * a.count + b[key] * b.count) / entry.count;
    return { ...entry, lat: mean("lat"), lon: mean("lon") };
  }

  // A disc with the number it stands for; a ring in `warning` marks that some of it is overdue or failing.
  function cluster(pane, renderer, latLng, { count, colour, ink, halo, warning }) {
    const radius = clusterRadius(count);
    const text = x.numbers.count(count);
    return new Mark(latLng, {
      pane,
      renderer,
      interactive: false,
      radius: radius + 4,
      paint(context, at) {
        context.beginPath();
        context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
        context.fillStyle = colour;
        context.strokeStyle = warning || halo;
        context.lineWidth = warning ? 3 : 1.5;
        context.setLineDash([]);
        context.fill();
        context.stroke();
        context.fillStyle = ink;
        context.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
        context.textAlign = "center";
        context.textBaseline = "middle";
        context.fillText(text, at.x, at.y + 0.5);
      },
    });
  }

  x.marks = { symbol, cluster, clusterRadius, apart };
})(window.xunjie);
