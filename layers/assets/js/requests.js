// Which routes the picture needs, as a function of the state and the part of the map in view.
"use strict";

(function (x) {
  const OPEN_STAGES = ["handling", "verifying", "overdue"];

  const WORLD = [-180, -85, 180, 85];
  const FARTHEST_ZOOM = 9;
  const STEADY_SHARE = 0.05;

  // A little more than what is seen, on a coarse grid: small moves ask for nothing new.
  function viewBox() {
    const view = x.map.getBounds().pad(0.15);
    const step = 90 / Math.pow(2, Math.round(x.map.getZoom()));
    const down = (value) => Math.floor(value / step) * step;
    const up = (value) => Math.ceil(value / step) * step;
    return meet([down(view.getWest()), down(view.getSouth()), up(view.getEast()), up(view.getNorth())], WORLD);
  }

  // What two boxes have in common, or null.
  function meet(a, b) {
    const box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
    return box[0] < box[2] && box[1] < box[3] ? box : null;
  }

  function address(path, ...queries) {
    const query = queries.filter(Boolean).join("&");
    return query ? `${path}?${query}` : path;
  }

  // The filter for a part of the map; null where a box of the filter's own lies elsewhere.
  function inBox(filter, wholeCity = false) {
    if (filter === null) {
      return null;
    }
    const own = new URLSearchParams(filter).get("bbox");
    const seen = wholeCity ? WORLD : viewBox();
    const box = own ? meet(seen, own.split(",").map(Number)) : seen;
    const zoom = wholeCity ? FARTHEST_ZOOM : Math.round(x.map.getZoom());
    return box && `z=${zoom}&${x.filterWith({ bbox: [box.map((value) => value.toFixed(5)).join(",")] }, filter)}`;
  }

  function put(wanted, name, path, query) {
    if (query !== null) {
      wanted[name] = address(path, query);
    }
  }

  const summaryUrl = () =>
    address("/api/summary", x.state.layer === "heat" ? "heat=1" : "", x.state.filter);
  const roadsUrl = () => address("/api/density/roads", x.roadShapes.byView() ? "most=50" : "", x.state.filter);

  // Where the colours of the whole city end, once that is known of this filter.
  // Colours that end a little elsewhere say the same: the picture keeps the end it has, and the legend tells it.
  let steady = null;
  x.heatCap = function () {
    const told = x.feed.urls.summary === summaryUrl() ? x.feed.data.summary.heat?.cap : undefined;
    if (told && (!steady || Math.abs(steady / told - 1) > STEADY_SHARE)) {
      steady = told;
    }
    return told && steady;
  };
  x.roadScale = () => (x.feed.urls.roads === roadsUrl() ? x.feed.data.roads.legend?.scale : undefined);

  // A request that names what it knows of the whole city, so that its answer depends on the part in view alone. An
  // answer that was asked for without, and gave the same, is as good.
  function withKnown(name, key, box, known, extra = "") {
    if (box === null) {
      return null;
    }
    const { data, urls } = x.feed;
    const own = name === "cells" ? "part=raster" : extra;
    const query = [own, box].filter(Boolean).join("&");
    const path = name === "cells" ? "/api/cells" : "/api/roads";
    const same = urls[name] === address(path, query) && data[name][key] === known;
    return known && !same ? `${query}&${key}=${known}` : query;
  }

  function stagesFilter(stages) {
    const chosen = x.filterValues("stage");
    const kept = chosen.length ? stages.filter((stage) => chosen.includes(stage)) : stages;
    return kept.length ? x.filterWith({ stage: kept }) : null;
  }

  function inColumns(filter) {
    const box = inBox(filter);
    return box && `form=columns&${box}`;
  }

  // Requests that depend on what is in view.
  function ofView() {
    const { filter, layer } = x.state;
    const wanted = {};
    if (layer === "heat" && !x.layers.heat.byTiles()) {
      put(wanted, "cells", "/api/cells", withKnown("cells", "cap", inBox(filter), x.heatCap()));
    }
    if (x.roadShapes.byView()) {
      const density = layer === "roads" ? "density=1" : "";
      const scale = density && x.roadScale();
      put(wanted, "roadLines", "/api/roads", withKnown("roadLines", "scale", inBox(density ? filter : ""), scale, density));
    }
    if (x.layers.issues.byGroup()) {
      const stages = x.shows("open") ? [...OPEN_STAGES, "closed"] : ["closed"];
      put(wanted, "marks", "/api/marks", inColumns(stagesFilter(stages)));
      return { ...wanted, ...ofPoints() };
    }
    if (x.shows("open")) {
      put(wanted, "open", "/api/marks", inColumns(stagesFilter(OPEN_STAGES)));
    }
    if (x.shows("closed") && x.layers.issues.drawsClosed()) {
      put(wanted, "closed", "/api/marks", inColumns(stagesFilter(["closed"])));
    }
    return { ...wanted, ...ofPoints() };
  }

  function ofPoints() {
    const { filter } = x.state;
    const wanted = {};
    if (x.shows("points")) {
      put(wanted, "allPoints", "/api/point-marks", inBox(filter, true));
      const all = x.feed.data.allPoints;
      if (all && all.mode === "clusters") {
        put(wanted, "points", "/api/point-marks", inBox(filter));
      }
    }
    return wanted;
  }

  function ofFilter() {
    const { filter, layer, page, focus } = x.state;
    const wanted = { summary: summaryUrl() };
    if (layer === "subdistricts" || page === "wall" || focus.startsWith("subdistrict:")) {
      wanted.subdistricts = address("/api/density/subdistricts", filter);
    }
    if (layer === "roads" || page === "wall" || focus.startsWith("road:")) {
      wanted.roads = roadsUrl();
    }
    if (page === "map") {
      wanted.timeline = address("/api/timeline", "form=columns", x.filterWith({ since: [], until: [] }));
    } else {
      wanted.watch = address("/api/watch", "overdue=8&newest=3", filter);
    }
    if (layer === "responsibility") {
      wanted.responsibility = address("/api/responsibility", filter);
    }
    if (layer === "plain" && x.shows("points")) {
      wanted.compliance = address("/api/compliance", "by=subdistrict", filter);
    }
    return wanted;
  }

  x.requests = { ofView, ofFilter };
})(window.xunjie);
