// Where a position lies: its subdistrict, its road, and metres between places; all from what the phone keeps.
"use strict";

(function (x) {
  const M_PER_DEGREE = 111_320;

  // Metres east and north of `origin`: exact enough within a city.
  function metres(origin, [lon, lat]) {
    const squeeze = Math.cos((origin[1] * Math.PI) / 180);
    return [(lon - origin[0]) * M_PER_DEGREE * squeeze, (lat - origin[1]) * M_PER_DEGREE];
  }

  const distance = (a, b) => Math.hypot(...metres(a, b));

  function inRing([lon, lat], ring) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if (ay > lat !== by > lat && lon < ((bx - ax) * (lat - ay)) / (by - ay) + ax) {
        inside = !inside;
      }
    }
    return inside;
  }

  const polygons = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);
  const covers = (geometry, place) =>
    polygons(geometry).some(([outer, ...holes]) => inRing(place, outer) && !holes.some((hole) => inRing(place, hole)));

  const areaAt = (place) => x.city.areas.items.find((area) => covers(area.geometry, place)) || null;
  const inCity = (place) => covers(x.city.boundary.geometry, place);

  // How far the origin is from the stretch between two points given in metres around it.
  function toStretch([ax, ay], [bx, by]) {
    const [dx, dy] = [bx - ax, by - ay];
    const length2 = dx * dx + dy * dy;
    const t = length2 ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length2)) : 0;
    return Math.hypot(ax + t * dx, ay + t * dy);
  }

  // The nearest road within the city's snap limit: {road, distance} or null.
  function roadAt(place) {
    let best = null;
    for (const segment of x.cityRoads.segments()) {
      const points = segment.coordinates.map((one) => metres(place, one));
      for (let i = 1; i < points.length; i += 1) {
        const away = toStretch(points[i - 1], points[i]);
        if (away <= x.city.snap_limit_m && (best === null || away < best.distance)) {
          best = { segment, distance: away };
        }
      }
    }
    return best && { road: x.cityRoads.roads()[best.segment.road], distance: best.distance };
  }

  // Names for people. Every part may be missing.
  function describe(place) {
    const area = areaAt(place);
    const road = roadAt(place);
    const names = [road && x.nameOf(road.road.name), area && x.nameOf(area.name)].filter(Boolean);
    return { title: names.join(" · "), road, area, inside: inCity(place) };
  }

  const areaName = (code) => {
    const area = x.city.areas.items.find((one) => one.code === code);
    return area ? x.nameOf(area.short) : "";
  };
  const roadName = (code) => {
    const road = code && x.cityRoads.roads().find((one) => one.code === code);
    return road ? x.nameOf(road.name) : "";
  };

  x.place = { metres, distance, describe, areaName, roadName };
})(globalThis.xunjie);
