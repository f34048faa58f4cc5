// The choropleth of subdistricts: issues per square kilometre in five classes.
"use strict";

(function (x) {
  const FADED = 0.12;

  x.layerKinds.subdistricts = function (map, options) {
    const shapes = new Map();
    let rows = new Map();

    function create() {
      const { renderer } = x.layers.basemap;
      for (const area of x.city.areas.items) {
        const layer = L.geoJSON(area.geometry, {
          pane: "areas",
          renderer: renderer("areas"),
          interactive: false,
          style: { stroke: false, fillOpacity: 0 },
        });
        shapes.set(area.code, layer.addTo(map));
      }
      x.state.areasDrawn = shapes.size;
    }

    function chosen(code) {
      const codes = x.filterValues("subdistrict");
      return codes.length === 0 || codes.includes(code);
    }

    const opacityOfFill = () => (x.layers.tiles ? options.fill_opacity_over_tiles : options.fill_opacity);

    function styleOf(code) {
      if (x.state.layer !== "subdistricts" || !x.feed.data.subdistricts || !chosen(code)) {
        return { fillOpacity: 0 };
      }
      const row = rows.get(code);
      if (!row) {
        return { fillColor: "url(#no-data)", fillOpacity: 1 };
      }
      const isolated = x.state.isolatedClass;
      const opacity = isolated === null || isolated === row.class ? opacityOfFill() : FADED;
      return { fillColor: options.colours[x.state.theme][row.class], fillOpacity: opacity };
    }

    function draw() {
      if (shapes.size === 0) {
        create();
      }
      const answer = x.feed.data.subdistricts;
      rows = new Map((answer ? answer.rows : []).map((row) => [row.code, row]));
      for (const [code, layer] of shapes) {
        layer.setStyle(styleOf(code));
      }
    }

    // What stands under an area's name, and the colour that is legible on its class.
    function labelOf(code) {
      if (x.state.layer !== "subdistricts" || !rows.has(code) || !chosen(code)) {
        return null;
      }
      const row = rows.get(code);
      const isolated = x.state.isolatedClass;
      const visible = isolated === null || isolated === row.class;
      return {
        value: x.numbers.density(row.per_km2),
        colour: visible ? options.label_colours[x.state.theme][row.class] : null,
      };
    }

    return { options, draw, labelOf, opacityOfFill, rowOf: (code) => rows.get(code), chosen };
  };
})(window.xunjie);
