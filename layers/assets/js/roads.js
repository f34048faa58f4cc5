// Density by road segment: width and colour say the same value; dense segments are drawn last.
"use strict";

(function (x) {
  const FADED = 0.15;

  x.layerKinds.roads = function (map, options) {
    const group = L.layerGroup().addTo(map);
    let drawn = [];
    let segments = new Map();
    let rows = new Map();

    function zoomFactor() {
      const table = options.width_factor_by_zoom;
      const zoom = Math.min(17, Math.max(12, map.getZoom()));
      const below = Math.floor(zoom);
      const low = table[below];
      const high = table[Math.min(17, below + 1)];
      const wall = x.state.page === "wall" ? options.wall_factor * x.wall.unit() : 1;
      return (low + (high - low) * (zoom - below)) * wall;
    }

    const widthOf = (position) => options.width_px[position] * zoomFactor();

    function styleOf(part, position) {
      const { theme, isolatedClass } = x.state;
      const width = widthOf(position);
      const opacity = isolatedClass === null || isolatedClass === position ? 1 : FADED;
      if (part === "halo") {
        const land = x.layers.basemap.options.colours[theme].land;
        return { color: land, weight: width + options.halo_extra_px, opacity: 0.9 * opacity };
      }
      if (part === "casing") {
        return { color: options.casing[theme], weight: width + options.casing_extra_px, opacity: 0.95 * opacity };
      }
      return { color: options.colours[theme][position], weight: width, opacity };
    }

    function paths(position) {
      return x.roadShapes
        .segments()
        .filter((segment) => segments.has(segment.code) && segments.get(segment.code).class === position)
        .map((segment) => x.toLatLng(segment.coordinates));
    }

    function draw() {
      group.clearLayers();
      drawn = [];
      const answer = x.feed.data.roads;
      segments = x.roadShapes.densities();
      rows = new Map((answer ? answer.rows : []).map((row) => [row.code, row]));
      if (!answer || !x.city.roads || x.state.layer !== "roads") {
        return;
      }
      const canvas = x.roadShapes.segments().length > x.layers.basemap.manySegments;
      const renderer = x.layers.basemap.renderer("lines", canvas);
      for (const part of ["halo", "casing", "colour"]) {
        for (const position of options.width_px.keys()) {
          const style = { pane: "lines", renderer, interactive: false, fill: false, ...styleOf(part, position) };
          const layer = L.polyline(paths(position), style).addTo(group);
          drawn.push({ part, position, layer });
        }
      }
    }

    function restyle() {
      for (const { part, position, layer } of drawn) {
        layer.setStyle(styleOf(part, position));
      }
    }

    // The road drawn nearest to a place of the screen, within `reach` px of its edge.
    function nearest(point, reach) {
      const byOwner = x.state.layer === "responsibility";
      if ((x.state.layer !== "roads" && !byOwner) || !x.city.roads) {
        return null;
      }
      let best = null;
      for (const segment of x.roadShapes.segments()) {
        const found = byOwner ? null : segments.get(segment.code);
        const drawn = byOwner || found;
        const distance = drawn ? distanceTo(segment, point) - (found ? widthOf(found.class) / 2 : 3) : Infinity;
        if (distance <= reach && (!best || distance < best.distance)) {
          best = { distance, segment, density: found };
        }
      }
      return best;
    }

    function distanceTo(segment, point) {
      const pixels = segment.coordinates.map(([lon, lat]) => map.latLngToContainerPoint([lat, lon]));
      let least = Infinity;
      for (let i = 1; i < pixels.length; i += 1) {
        least = Math.min(least, L.LineUtil.pointToSegmentDistance(point, pixels[i - 1], pixels[i]));
      }
      return least;
    }

    // Colour and width of a highlighted road's own line, where this layer draws it in one class; else null.
    function outlineOf({ kind, record }) {
      if (kind !== "road" || x.state.layer !== "roads") {
        return null;
      }
      const own = x.roadShapes.segments().filter((segment) => segment.road === record.segment.road);
      const classes = new Set(own.filter((segment) => segments.has(segment.code)).map(({ code }) => segments.get(code).class));
      const widest = classes.size ? Math.max(...classes) : 0;
      return classes.size === 1 ? { colour: options.colours[x.state.theme][widest], width: widthOf(widest) } : null;
    }

    return { options, draw, restyle, nearest, outlineOf, widthOf, rowOf: (code) => rows.get(code) || x.roadShapes.rowOf(code) };
  };
})(window.xunjie);
