// The base map of the city's own layers: land, borders, roads, district line, each in its pane.
"use strict";

(function (x) {
  const PANES = {
    land: 200,
    areas: 250,
    borders: 290,
    roads: 300,
    district: 320,
    lines: 350,
    shapes: 480,
    marks: 500,
    rings: 550,
    outline: 560,
    labels: 640,
  };
  // Above this many segments, roads are painted on a canvas instead of being elements.
  const MANY_SEGMENTS = 600;
  const CLASSES = ["minor", "secondary", "major"];

  const toLatLng = (coordinates) => coordinates.map(([lon, lat]) => [lat, lon]);
  x.toLatLng = toLatLng;

  x.layerKinds.basemap = function (map, options) {
    const renderers = {};
    const group = L.layerGroup().addTo(map);
    const roads = L.layerGroup().addTo(map);
    let roadLines = [];
    let drawnFrom = null;
    let borderLines = [];
    for (const [name, zIndex] of Object.entries(PANES)) {
      const pane = map.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = "none";
    }

    function renderer(pane, canvas = false) {
      const kind = canvas ? "canvas" : "svg";
      const key = `${pane}-${kind}`;
      renderers[key] = renderers[key] || L[kind]({ pane, padding: 0.3 });
      return renderers[key];
    }

    const colours = () => options.colours[x.state.theme];

    function shape(geometry, pane, style) {
      const layer = L.geoJSON(geometry, { pane, renderer: renderer(pane), interactive: false, style });
      return layer.addTo(group);
    }

    function line(latLngs, pane, style, canvas = false, owner = group) {
      const base = { pane, renderer: renderer(pane, canvas), interactive: false, fill: false };
      return L.polyline(latLngs, { ...base, ...style }).addTo(owner);
    }

    function roadFactor() {
      const wall = x.state.page === "wall" ? 1.3 * x.wall.unit() : 1;
      return wall * Math.max(0.42, Math.pow(2, (map.getZoom() - 15) * 0.5));
    }

    function roadStyles(name) {
      const width = options.road_width_px[name] * roadFactor();
      const c = colours();
      const schematic = x.city.roads.quality === "schematic";
      const over = x.state.layer === "subdistricts" ? 0.55 : 1;
      return {
        line: { color: name === "major" ? c.roadMajor : c.roadMinor, weight: width + 1, opacity: over },
        centre: schematic && {
          color: c.roadCentre,
          weight: Math.max(0.8, width * 0.32),
          dashArray: `${8 * roadFactor() + 2} ${5 * roadFactor() + 2}`,
          lineCap: "butt",
          opacity: over,
        },
      };
    }

    function drawRoads() {
      roadLines = [];
      roads.clearLayers();
      drawnFrom = x.roadShapes.segments();
      if (!x.city.roads || x.layers.tiles) {
        return;
      }
      const canvas = x.roadShapes.byView() || drawnFrom.length > MANY_SEGMENTS;
      for (const name of CLASSES) {
        const paths = drawnFrom
          .filter((segment) => segment.class === name)
          .map((segment) => toLatLng(segment.coordinates));
        const styles = roadStyles(name);
        roadLines.push({ name, part: "line", layer: line(paths, "roads", styles.line, canvas, roads) });
        if (styles.centre) {
          roadLines.push({ name, part: "centre", layer: line(paths, "roads", styles.centre, canvas, roads) });
        }
      }
    }

    function drawBorders() {
      const c = colours();
      const [dash, gap] = options.border_dash_px;
      const approximate = x.city.areas.quality !== "real";
      const paths = x.city.areas.borders.map(toLatLng);
      const under = line(paths, "borders", { color: c.land, weight: 2.6, opacity: 0.55 });
      line(paths, "borders", {
        color: c.subBorder,
        weight: 1,
        opacity: 0.9,
        lineCap: "butt",
        dashArray: approximate ? `${dash} ${gap}` : null,
      });
      borderLines = [under];
      restyleBorders();
    }

    function restyleBorders() {
      for (const layer of borderLines) {
        layer.setStyle({ opacity: x.state.layer === "subdistricts" ? 0.55 : 0 });
      }
    }

    function draw() {
      group.clearLayers();
      const c = colours();
      const { geometry } = x.city.boundary;
      if (!x.layers.tiles) {
        shape(geometry, "land", { stroke: false, fillColor: c.land, fillOpacity: 1 });
      }
      drawBorders();
      drawRoads();
      shape(geometry, "district", { fill: false, color: c.districtGlow, weight: options.glow_width_px, opacity: 0.45 });
      shape(geometry, "district", { fill: false, color: c.district, weight: options.district_width_px });
    }

    // A large city's roads come with the part in view: drawn when others have come, and only then.
    function followRoads() {
      if (x.roadShapes.byView() && drawnFrom !== x.roadShapes.segments()) {
        drawRoads();
      }
    }

    function restyle() {
      followRoads();
      for (const { name, part, layer } of roadLines) {
        layer.setStyle(roadStyles(name)[part]);
      }
      restyleBorders();
    }

    return { options, renderer, draw, restyle, manySegments: MANY_SEGMENTS };
  };
})(window.xunjie);
