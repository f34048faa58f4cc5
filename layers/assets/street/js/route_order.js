// In which order to walk: always on to the nearest place that is left, by metres in a straight line.
"use strict";

(function (x) {
  // `issues` in walking order from `start` ([lon, lat], or null: from the first of them); each with `leg` in metres.
  function ordered(issues, start) {
    const left = [...issues];
    const walk = [];
    let here = start;
    while (left.length) {
      let nearest = 0;
      if (here !== null) {
        const away = left.map((issue) => x.place.distance(here, [issue.lon, issue.lat]));
        nearest = away.indexOf(Math.min(...away));
      }
      const [issue] = left.splice(nearest, 1);
      const leg = here === null ? 0 : x.place.distance(here, [issue.lon, issue.lat]);
      walk.push({ ...issue, leg });
      here = [issue.lon, issue.lat];
    }
    return walk;
  }

  const total = (walk) => walk.reduce((sum, issue) => sum + issue.leg, 0);

  x.routeOrder = { ordered, total };
})(globalThis.xunjie);
