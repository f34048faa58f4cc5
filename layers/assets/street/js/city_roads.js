// The roads of the map: in the city's own file where they are few, else its main ones asked for once and kept.
"use strict";

(function (x) {
  const ZOOM = 13; // what is of importance at this zoom is drawn at every one
  let lines = null; // {segments, roads} of a city with too many roads for its file

  const byView = () => Boolean(x.city.roads?.by_view);
  const layer = () => (byView() ? lines : x.city.roads) || { segments: [], roads: [] };

  function take(answer) {
    const { segments, roads } = x.roadShapes.unpacked(answer);
    lines = { segments, roads };
    x.emit("roads");
  }

  // The kept ones at once; then those of today where there is a signal.
  async function load() {
    if (!byView()) {
      return;
    }
    const kept = await x.database.kept("roads");
    if (kept) {
      take(kept);
    }
    const query = new URLSearchParams({ z: ZOOM, bbox: x.city.bounds.join(",") });
    const answer = navigator.onLine === false ? null : await x.today.answerOf(`/api/roads?${query}`);
    if (answer) {
      take(answer);
      await x.database.keep("roads", answer).catch(x.storageTrouble);
    }
  }

  const quality = () => x.city.roads?.quality || "real";

  x.cityRoads = { load, quality, segments: () => layer().segments, roads: () => layer().roads };
})(globalThis.xunjie);
