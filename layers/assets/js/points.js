// Inspection points by compliance: first visit and now in one symbol.
"use strict";

(function (x) {
  const ORDER = ["unvisited", "first_ok", "fixed", "failing"];

  x.layerKinds.points = function (map, options) {
    const group = L.layerGroup().addTo(map);
    let placed = [];

    function factor() {
      const far = map.getZoom() < 13 ? 0.75 : 1;
      return x.state.page === "wall" ? far * 1.5 * x.wall.unit() : far;
    }

    function drawPoint(point, renderer) {
      const latLng = L.latLng(point.lat, point.lon);
      x.marks.symbol("marks", renderer, latLng, point.state, factor()).addTo(group);
      placed.push({ kind: "point", latLng, size: options.states[point.state].size_px * factor(), record: point });
    }

    function drawCluster(entry, renderer) {
      const look = x.symbols.look("first_ok");
      const warning = entry.failing ? x.symbols.look("failing").colour : null;
      const appearance = { count: entry.count, colour: look.colour, ink: look.ink, halo: look.halo, warning };
      const latLng = L.latLng(entry.lat, entry.lon);
      x.marks.cluster("marks", renderer, latLng, appearance).addTo(group);
      placed.push({ kind: "cluster", latLng, size: 2 * x.marks.clusterRadius(entry.count) + 3, record: entry });
    }

    function draw() {
      group.clearLayers();
      placed = [];
      const answer = x.feed.data.points || x.feed.data.allPoints;
      if (!answer) {
        return;
      }
      const renderer = x.layers.basemap.renderer("marks", true);
      if (answer.mode === "clusters") {
        x.marks.apart(answer.clusters, map).forEach((entry) => drawCluster(entry, renderer));
      } else {
        [...answer.points]
          .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))
          .forEach((point) => drawPoint(point, renderer));
      }
    }

    // "44 / 48" under an area's name: compliant at first visit, of those visited.
    function labelOf(code) {
      const answer = x.feed.data.compliance;
      const row = answer && answer.rows.find((entry) => entry.code === code);
      return row && row.n ? { value: `${row.first_compliant} / ${row.visited}`, colour: null } : null;
    }

    return { options, draw, labelOf, placed: () => placed };
  };
})(window.xunjie);
