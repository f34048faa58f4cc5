// Who answers for each subdistrict, road and point: a gap for nobody, pale for one owner, dark for several.
"use strict";

(function (x) {
  const { element, say } = x;
  const STATES = ["one", "several", "none"]; // what is wrong is drawn last
  const KINDS = ["subdistrict", "road", "point"];

  x.layerKinds.responsibility = function (map, options) {
    const group = L.layerGroup().addTo(map);
    let rows = new Map();

    const shown = () => x.state.layer === "responsibility" && x.feed.data.responsibility;
    const key = (kind, code) => `${kind}:${code}`;

    function areaStyle(state) {
      const fill = state === "none" ? "url(#no-data)" : options.area[x.state.theme][state];
      return { stroke: false, fillColor: fill, fillOpacity: 1 };
    }

    function drawAreas() {
      const renderer = x.layers.basemap.renderer("areas");
      for (const area of x.city.areas.items) {
        const state = rows.get(key("subdistrict", area.code))?.state || "none";
        L.geoJSON(area.geometry, { pane: "areas", renderer, interactive: false, style: areaStyle(state) }).addTo(group);
      }
    }

    // Nobody's road is hollow: a casing around the colour of the land.
    function strokes(state) {
      const { theme } = x.state;
      const width = options.width_px[state];
      const fill = state === "none" ? options.land[theme] : options.line[theme][state];
      return [
        { color: options.casing[theme], weight: width + (state === "one" ? 1 : 3) },
        { color: fill, weight: width },
      ];
    }

    function drawRoads(segments) {
      const states = new Map(segments.map((segment) => [segment.id, segment.state]));
      const lines = x.roadShapes.segments().filter((segment) => states.has(segment.code));
      const renderer = x.layers.basemap.renderer("lines", lines.length > x.layers.basemap.manySegments);
      for (const state of STATES) {
        const paths = lines.filter(({ code }) => states.get(code) === state).map((line) => x.toLatLng(line.coordinates));
        for (const stroke of paths.length ? strokes(state) : []) {
          L.polyline(paths, { pane: "lines", renderer, interactive: false, fill: false, ...stroke }).addTo(group);
        }
      }
    }

    // Points as they should be have no mark: only what is wrong is drawn.
    function drawPoints() {
      const { theme } = x.state;
      const renderer = x.layers.basemap.renderer("lines");
      for (const row of rows.values()) {
        if (row.kind === "point" && row.state !== "one" && row.lon !== null) {
          const fill = row.state === "none" ? options.land[theme] : options.line[theme].several;
          const style = { radius: options.mark_px, color: options.casing[theme], weight: 2, fillColor: fill, fillOpacity: 1 };
          L.circleMarker([row.lat, row.lon], { pane: "lines", renderer, interactive: false, ...style }).addTo(group);
        }
      }
    }

    function draw() {
      group.clearLayers();
      const answer = shown();
      rows = new Map((answer ? answer.rows : []).map((row) => [key(row.kind, row.code), row]));
      if (answer) {
        drawAreas();
        drawRoads(answer.segments);
        drawPoints();
      }
    }

    const stateText = (row) => (row.state === "several" ? say("owners_n", { n: row.owners.length }) : say(`owners_${row.state}`));

    // What the tip says under the name of a place; null while another layer is shown.
    function tipLines(kind, code) {
      const row = shown() ? rows.get(key(kind, code)) : null;
      return row ? [stateText(row), ...row.owners.slice(0, 2).map((owner) => x.nameOf(owner.name))] : null;
    }

    function swatch(state) {
      const { theme } = x.state;
      const area = x.svg("rect", { x: 1, y: 1, width: 16, height: 14, class: "swatch" });
      area.style.fill = state === "none" ? "url(#no-data)" : options.area[theme][state];
      const bars = strokes(state).map(({ color, weight }) => {
        const bar = x.svg("rect", { x: 24, y: 8 - weight / 2, width: 26, height: weight });
        bar.style.fill = color;
        return bar;
      });
      return x.svg("svg", { width: 52, height: 16, "aria-hidden": "true" }, area, ...bars);
    }

    function legend(answer) {
      const kinds = KINDS.filter((kind) => STATES.some((state) => answer.counts[kind][state]));
      const head = kinds.map((kind) => element("th", { scope: "col" }, say(`owned_${kind}`)));
      const lines = STATES.map((state) =>
        element(
          "tr",
          {},
          element("td", {}, swatch(state)),
          element("th", { scope: "row" }, say(state === "several" ? "owners_several" : `owners_${state}`)),
          kinds.map((kind) => element("td", { class: "number strong" }, x.numbers.count(answer.counts[kind][state]))),
        ),
      );
      return element(
        "table",
        { class: "road-classes owners" },
        element("thead", {}, element("tr", {}, element("td", {}), element("td", {}), head)),
        element("tbody", {}, lines),
      );
    }

    return { options, draw, tipLines, legend };
  };
})(window.xunjie);
