// The whole city small, with the part in view framed and overdue issues marked: for the wall.
"use strict";

(function (x) {
  const SIZE = 1000;

  function projector() {
    const [west, south, east, north] = x.city.bounds;
    const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
    const scale = SIZE / Math.max((east - west) * shrink, north - south);
    const width = (east - west) * shrink * scale;
    const height = (north - south) * scale;
    return { width, height, at: (lon, lat) => [(lon - west) * shrink * scale, (north - lat) * scale] };
  }

  const ringPath = (ring, at) => `M${ring.map(([lon, lat]) => at(lon, lat).map((v) => v.toFixed(1)).join(" ")).join("L")}Z`;

  function landPath(at) {
    const { type, coordinates } = x.city.boundary.geometry;
    const polygons = type === "Polygon" ? [coordinates] : coordinates;
    return polygons.flat().map((ring) => ringPath(ring, at)).join("");
  }

  function overdueMarks(at) {
    const { watch } = x.feed.data;
    const places = ((watch && watch.overdue) || []).map((issue) => positions.get(issue.number)).filter(Boolean);
    return places.map(([lon, lat]) => {
      const [left, top] = at(lon, lat);
      return x.svg("path", { d: `M${left} ${top - 26}L${left + 24} ${top + 18}H${left - 24}Z`, class: "overdue" });
    });
  }

  // Where issues stood when they were last drawn: a mark in the overview stays though the map looks elsewhere.
  const positions = new Map();
  function remember() {
    const { open } = x.feed.data;
    for (const issue of (open && open.issues) || []) {
      positions.set(issue.number, [issue.lon, issue.lat]);
    }
  }

  function viewFrame(at) {
    const view = x.map.getBounds();
    const [left, top] = at(view.getWest(), view.getNorth());
    const [right, bottom] = at(view.getEast(), view.getSouth());
    return x.svg("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "view" });
  }

  x.overview = function () {
    remember();
    const { width, height, at } = projector();
    return x.svg(
      "svg",
      { viewBox: `-20 -20 ${width + 40} ${height + 40}`, "aria-hidden": "true" },
      x.svg("path", { d: landPath(at), class: "land" }),
      ...overdueMarks(at),
      viewFrame(at),
    );
  };
})(window.xunjie);
