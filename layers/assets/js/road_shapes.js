// The roads as lines to draw: a small city's own segments, a large city's lines of the part in view.
"use strict";

(function (x) {
  const NAMELESS = { zh: "", en: "" };

  // A city with too many segments for its page does not hold them there.
  const byView = () => Boolean(x.city.roads && x.city.roads.by_view);

  function unpacked(answer) {
    let [place, east, north] = [0, 0, 0];
    const roads = [];
    const segments = answer.corners.map((corners, i) => {
      const coordinates = [];
      for (const end = place + corners; place < end; place += 1) {
        east += answer.east[place];
        north += answer.north[place];
        coordinates.push([answer.origin[0] + east * answer.step, answer.origin[1] + north * answer.step]);
      }
      return { code: `line-${i}`, road: roadOf(roads, answer, i), class: answer.classes[answer.class[i]], coordinates };
    });
    return { ...answer, segments, roads };
  }

  // Position of a line's road among those seen so far; a road is told apart by its code, or else by its name.
  function roadOf(roads, answer, i) {
    const code = answer.road ? answer.road[i] : null;
    const name = answer.names[answer.name[i]] || NAMELESS;
    const known = roads.findIndex((road) => (code ? road.code === code : road.name === name && name !== NAMELESS));
    if (known >= 0) {
      return known;
    }
    return roads.push({ code, name, length_km: null }) - 1;
  }

  const lines = () => x.feed.data.roadLines;
  const segments = () => (byView() ? lines()?.segments || [] : x.city.roads ? x.city.roads.segments : []);
  const roads = () => (byView() ? lines()?.roads || [] : x.city.roads ? x.city.roads.roads : []);

  // What is known of issues on a segment: {class} and, where lines are few, {count, open, per_km}; by its code.
  function densities() {
    if (!byView()) {
      const answer = x.feed.data.roads;
      return new Map(((answer && answer.segments) || []).map((segment) => [segment.id, segment]));
    }
    const answer = lines();
    const found = new Map();
    (answer?.level || []).forEach((level, i) => {
      if (level >= 0) {
        const figures = answer.count ? { count: answer.count[i], open: answer.open[i], per_km: answer.per_km[i] } : {};
        found.set(answer.segments[i].code, { class: level, road: answer.road?.[i], ...figures });
      }
    });
    return found;
  }

  // Figures of a road that stands in no list of roads, from its lines in view.
  function rowOf(code) {
    const own = byView() && code ? [...densities().values()].filter((line) => line.road === code && line.per_km) : [];
    if (own.length === 0) {
      return undefined;
    }
    const sum = (key) => own.reduce((total, line) => total + line[key], 0);
    return { code, count: sum("count"), open: sum("open"), per_km: Math.max(...own.map((line) => line.per_km)) };
  }

  // The code of the road at a place of the screen, asked of the server where lines are too many to tell theirs.
  async function codeNear(point, reach) {
    const corner = (dx, dy) => x.map.containerPointToLatLng(point.add([dx * reach, dy * reach]));
    const [low, high] = [corner(-1, 1), corner(1, -1)];
    const box = [low.lng, low.lat, high.lng, high.lat].map((value) => value.toFixed(6)).join(",");
    const query = x.filterWith({ bbox: [box] });
    const answer = await x.feed.get(`/api/roads?z=${Math.round(x.map.getZoom())}&density=1&${query}`);
    return answer.road && answer.road.length ? answer.road[0] : null;
  }

  x.roadShapes = { byView, segments, roads, densities, rowOf, codeNear, unpacked };
})(window.xunjie);
