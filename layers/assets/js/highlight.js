// The one feature that is highlighted: under the pointer, under the focus here, or named by a row of a list elsewhere.
"use strict";

(function (x) {
  let current = "";
  let byList = false; // who named it: a list may take back only what it named

  function codeOf({ kind, record }) {
    if (kind === "road") {
      return x.roadShapes.roads()[record.segment.road].code;
    }
    return kind === "issue" ? record.id : record.code;
  }

  // The feature that a list names; null for one that this map does not draw or know.
  function find(kind, code) {
    if (kind === "subdistrict") {
      const record = x.city.areas.items.find((area) => area.code === code);
      return record ? { kind, record } : null;
    }
    if (kind === "road") {
      const segment = segmentsOf(code)[0];
      return segment ? { kind, record: { segment, density: null } } : null;
    }
    const placed = { point: x.layers.points, issue: x.layers.issues }[kind];
    return placed ? placed.placed().find((mark) => mark.kind === kind && codeOf(mark) === code) || null : null;
  }

  function segmentsOf(code) {
    const road = x.city.roads ? x.roadShapes.roads().findIndex((entry) => entry.code === code) : -1;
    return road < 0 ? [] : x.roadShapes.segments().filter((segment) => segment.road === road);
  }

  // What the outline follows: an area, all segments of a road, or the place of a mark.
  function geometryOf(found) {
    if (found.kind === "subdistrict") {
      return found.record.geometry;
    }
    if (found.kind === "road") {
      return { type: "MultiLineString", coordinates: segmentsOf(codeOf(found)).map((segment) => segment.coordinates) };
    }
    return null;
  }

  // Outline and tip at once; the tip stands by the pointer, or beside the feature where there is none.
  function draw(found, point) {
    const geometry = geometryOf(found);
    if (geometry) {
      x.tip.trace(geometry, x.layers.roads.outlineOf(found));
    } else if (found.latLng) {
      x.tip.ring(found.latLng, found.size / 2 + 4);
    }
    const box = point ? [point.x, point.x, point.y] : boxOf(geometry, found);
    if (box) {
      x.tip.show(x.cardContent.tipLines(found), box);
    }
  }

  // Left, right and middle of a feature on the screen; null where it is out of sight.
  function boxOf(geometry, found) {
    const bounds = geometry ? L.geoJSON(geometry).getBounds() : L.latLngBounds([found.latLng]);
    if (!x.map.getBounds().intersects(bounds)) {
      return null;
    }
    const [a, b] = [bounds.getSouthWest(), bounds.getNorthEast()].map((corner) => x.map.latLngToContainerPoint(corner));
    const { x: width, y: height } = x.map.getSize();
    const within = (value, most) => Math.max(0, Math.min(most, value));
    return [within(a.x, width), within(b.x, width), within((a.y + b.y) / 2, height)];
  }

  // Everybody else is told once per feature: the page around the map, and the lists of the wall.
  function tell(kind, code, { quiet }) {
    const key = kind ? `${kind}:${code}` : "";
    if (key === current && quiet === byList) {
      return;
    }
    current = key;
    byList = quiet;
    x.emit("highlight", { kind, code });
    if (!quiet) {
      x.host.post({ type: "xunjie:hover", kind, code });
    }
  }

  function show(found, { point = null, quiet = false } = {}) {
    x.tip.hide();
    draw(found, point);
    tell(found.kind === "cluster" ? "" : found.kind, found.kind === "cluster" ? "" : codeOf(found), { quiet });
  }

  function hide({ quiet = false } = {}) {
    x.tip.hide();
    tell("", "", { quiet });
  }

  // A row of a list, here or in the page around; it knows already, so it is not told back.
  function named(kind, code) {
    const found = code ? find(kind, code) : null;
    if (found) {
      show(found, { quiet: true });
    } else if (byList || code) {
      hide({ quiet: true });
    }
  }

  x.highlight = { show, hide, named, find, current: () => current };
})(window.xunjie);
