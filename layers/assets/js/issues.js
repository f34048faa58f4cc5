// Single issues by stage (or by group of types), clusters where there are too many, shapes of lines and polygons.
"use strict";

(function (x) {
  const ORDER = ["closed", "rejected", "handling", "verifying", "overdue"];

  x.layerKinds.issues = function (map, options) {
    const group = L.layerGroup().addTo(map);
    let placed = [];
    let groupOfType = null;

    const byGroup = () => x.state.layer === "plain" && x.shows("closed");
    const drawsClosed = () => x.state.layer === "plain" || map.getZoom() >= options.closed_from_zoom;

    function groupKey(issue) {
      groupOfType = groupOfType || new Map(x.city.types.map((type) => [type.code, type.group]));
      const code = issue.group || groupOfType.get(issue.type);
      const letter = (x.city.groups.find((entry) => entry.code === code) || {}).letter;
      const token = options.groups.find((entry) => entry.letter === letter);
      return (token || options.groups[0]).key;
    }

    function symbolFactor() {
      const far = map.getZoom() < 11.5 ? 0.7 : map.getZoom() < 12.3 ? 0.85 : 1;
      return x.state.page === "wall" ? far * 1.5 * x.wall.unit() : far;
    }

    function drawIssue(issue, renderer) {
      const kind = byGroup() ? groupKey(issue) : issue.stage;
      const latLng = L.latLng(issue.lat, issue.lon);
      if (issue.geometry) {
        drawShape(issue, kind);
      }
      const shape = byGroup() ? "dot" : undefined;
      const factor = byGroup() ? 0.75 : symbolFactor();
      x.marks.symbol("marks", renderer, latLng, kind, factor, shape).addTo(group);
      placed.push({ kind: "issue", latLng, size: x.symbols.look(kind).size * factor, record: issue });
    }

    function drawShape(issue, kind) {
      const { colour, halo } = x.symbols.look(kind);
      const base = { pane: "shapes", renderer: x.layers.basemap.renderer("shapes"), interactive: false };
      const style = { fillColor: colour, fillOpacity: 0.25 };
      L.geoJSON(issue.geometry, { ...base, style: { ...style, color: halo, weight: 6 } }).addTo(group);
      L.geoJSON(issue.geometry, { ...base, style: { fill: false, color: colour, weight: 3 } }).addTo(group);
    }

    function drawCluster(entry, renderer) {
      const look = x.symbols.look("closed");
      const latLng = L.latLng(entry.lat, entry.lon);
      const warning = entry.overdue ? x.symbols.look("overdue").colour : null;
      const appearance = { count: entry.count, colour: look.colour, ink: look.ink, halo: look.halo, warning };
      x.marks.cluster("marks", renderer, latLng, appearance).addTo(group);
      placed.push({ kind: "cluster", latLng, size: 2 * x.marks.clusterRadius(entry.count) + 3, record: entry });
    }

    function draw() {
      group.clearLayers();
      placed = [];
      const renderer = x.layers.basemap.renderer("marks", true);
      const { open, closed, marks } = x.feed.data;
      for (const answer of [closed, open, marks]) {
        if (answer && answer.mode === "clusters") {
          x.marks.apart(answer.clusters, map).forEach((entry) => drawCluster(entry, renderer));
        } else if (answer) {
          [...answer.issues]
            .sort((a, b) => ORDER.indexOf(a.stage) - ORDER.indexOf(b.stage))
            .forEach((issue) => drawIssue(issue, renderer));
        }
      }
    }

    // How many issues of each group are drawn as single marks.
    function countsByGroup() {
      const counts = new Map();
      for (const { kind, record } of placed) {
        if (kind === "issue") {
          const key = groupKey(record);
          counts.set(key, (counts.get(key) || 0) + 1);
        }
      }
      return counts;
    }

    return { options, draw, drawsClosed, byGroup, countsByGroup, groupKey, placed: () => placed };
  };
})(window.xunjie);
