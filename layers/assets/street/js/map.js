// A map of the city's own layers, drawn on the phone from what it keeps: land, borders, roads, district line.
"use strict";

(function (x) {
  const ROAD_PX = { major: 5.0, secondary: 3.6, minor: 2.6 };
  const CLASSES = ["minor", "secondary", "major"];
  const DASH = "4 3";
  const FIRST_ZOOM = 16;

  const latLngs = (coordinates) => coordinates.map(([lon, lat]) => [lat, lon]);
  const colours = () => x.city.look.map[x.state.theme];

  // {leaflet, show, pane layers…} in `element`; drawn anew when the theme changes.
  function make(element, { label }) {
    element.setAttribute("aria-label", label);
    const leaflet = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      preferCanvas: true,
      zoomSnap: 0.25,
      minZoom: 10,
      maxZoom: 19,
      bounceAtZoomLimits: false,
      maxBoundsViscosity: 0.8,
    });
    const [west, south, east, north] = x.city.bounds;
    const whole = L.latLngBounds([south, west], [north, east]);
    leaflet.setMaxBounds(whole.pad(1));
    for (const [name, zIndex] of Object.entries({ land: 200, borders: 290, roads: 300, district: 320, names: 450 })) {
      const pane = leaflet.createPane(name);
      pane.style.zIndex = zIndex;
      pane.style.pointerEvents = "none";
    }
    const base = L.layerGroup().addTo(leaflet);
    const one = { leaflet, element, fitCity: () => leaflet.fitBounds(whole, { animate: false }), lines: [] };
    one.fitCity();
    draw(one, base);
    leaflet.on("zoomend", () => restyle(one));
    const again = () => draw(one, base);
    const ends = [x.mapLabels.follow(one), x.on("theme", again), x.on("roads", again)];
    one.remove = () => {
      ends.forEach((end) => end());
      leaflet.remove();
    };
    return one;
  }

  function draw(one, base) {
    base.clearLayers();
    const c = colours();
    one.element.style.backgroundColor = c.outside;
    one.renderers ??= Object.fromEntries(
      ["land", "borders", "roads", "district"].map((pane) => [pane, L.canvas({ pane, padding: 0.4 })]),
    );
    const given = (pane, style) => ({ pane, renderer: one.renderers[pane], interactive: false, ...style });
    const { geometry } = x.city.boundary;
    L.geoJSON(geometry, given("land", { style: { stroke: false, fillColor: c.land, fillOpacity: 1 } })).addTo(base);
    const approximate = x.city.areas.quality !== "real";
    const border = { color: c.subBorder, weight: 1, fill: false, lineCap: "butt", dashArray: approximate ? DASH : null };
    L.polyline(x.city.areas.borders.map(latLngs), given("borders", border)).addTo(base);
    one.lines = CLASSES.flatMap((name) => roadLines(name, given)).map((line) => ({ ...line, layer: line.layer.addTo(base) }));
    const outline = (color, weight, opacity) => given("district", { style: { fill: false, color, weight, opacity } });
    L.geoJSON(geometry, outline(c.districtGlow, 7, 0.45)).addTo(base);
    L.geoJSON(geometry, outline(c.district, 1.6, 1)).addTo(base);
    restyle(one);
  }

  function roadLines(name, given) {
    const c = colours();
    const paths = x.cityRoads
      .segments()
      .filter((segment) => segment.class === name)
      .map((segment) => latLngs(segment.coordinates));
    const line = (part, style) => ({ name, part, layer: L.polyline(paths, given("roads", { fill: false, ...style })) });
    const casing = line("line", { color: name === "major" ? c.roadMajor : c.roadMinor });
    // Solid is real, a dashed middle is schematic.
    return x.cityRoads.quality() === "schematic" ? [casing, line("centre", { color: c.roadCentre, lineCap: "butt" })] : [casing];
  }

  function restyle(one) {
    const factor = Math.max(0.42, 2 ** ((one.leaflet.getZoom() - 15) * 0.5));
    for (const { name, part, layer } of one.lines) {
      const width = ROAD_PX[name] * factor;
      const centre = { weight: Math.max(0.8, width * 0.32), dashArray: `${8 * factor + 2} ${5 * factor + 2}` };
      layer.setStyle(part === "line" ? { weight: width + 1 } : centre);
    }
  }

  // What is not certain about the map is said on it.
  function badge() {
    const schematic = x.cityRoads.quality() === "schematic";
    return schematic ? x.element("div", { class: "map-badge" }, x.say("roads_schematic")) : null;
  }

  x.map = { make, badge, FIRST_ZOOM };
})(globalThis.xunjie);
