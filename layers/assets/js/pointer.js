// What lies under the pointer: a mark, else a road, else a subdistrict; hover tells, click opens.
"use strict";

(function (x) {
  const HOVER_MS = 80;
  const REACH_PX = 4;
  const TOUCH_REACH_PX = 16;
  const coarse = matchMedia("(pointer: coarse)");
  let timer = null;

  const reach = () => (coarse.matches ? TOUCH_REACH_PX : REACH_PX);

  function markAt(point) {
    const placed = [...x.layers.points.placed(), ...x.layers.issues.placed()];
    let best = null;
    placed.forEach((mark, order) => {
      const distance = x.map.latLngToContainerPoint(mark.latLng).distanceTo(point) - mark.size / 2;
      if (distance <= reach() && (!best || distance < best.distance - 2 || (distance < 0 && order > best.order))) {
        best = { ...mark, distance, order };
      }
    });
    return best;
  }

  function inRing([lon, lat], ring) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) {
        inside = !inside;
      }
    }
    return inside;
  }

  const boxes = new Map();
  function boxOf(area) {
    if (!boxes.has(area.code)) {
      boxes.set(area.code, L.geoJSON(area.geometry).getBounds());
    }
    return boxes.get(area.code);
  }

  function contains(area, latLng) {
    if (!boxOf(area).contains(latLng)) {
      return false;
    }
    const spot = [latLng.lng, latLng.lat];
    const { type, coordinates } = area.geometry;
    const polygons = type === "Polygon" ? [coordinates] : coordinates;
    return polygons.some((rings) => inRing(spot, rings[0]) && !rings.slice(1).some((hole) => inRing(spot, hole)));
  }

  const areaAt = (latLng) => x.city.areas.items.find((area) => contains(area, latLng));

  function at(point) {
    const mark = markAt(point);
    if (mark) {
      return mark;
    }
    const road = x.layers.roads.nearest(point, reach());
    if (road) {
      return { kind: "road", record: road };
    }
    const area = areaAt(x.map.containerPointToLatLng(point));
    return area ? { kind: "subdistrict", record: area } : null;
  }

  function hover(point) {
    const found = at(point);
    x.map.getContainer().classList.toggle("over-feature", Boolean(found));
    if (found) {
      x.highlight.show(found, { point });
    } else {
      x.highlight.hide();
    }
  }

  // A road of a large city that did not come with its code is asked for at the place itself.
  async function openRoad({ segment }, point) {
    const { code } = x.roadShapes.roads()[segment.road];
    const found = code || (point && (await x.roadShapes.codeNear(point, TOUCH_REACH_PX)));
    if (found) {
      x.drill.pick("road", found);
    }
  }

  function open(found, point) {
    x.highlight.hide();
    if (!found) {
      x.card.close();
    } else if (found.kind === "cluster") {
      x.fit.bounds(L.latLngBounds([found.latLng, found.latLng]).pad(0.1), { animated: true });
      x.map.setView(found.latLng, Math.min(18, x.map.getZoom() + 2));
    } else if (found.kind === "subdistrict") {
      x.drill.pick("subdistrict", found.record.code);
    } else if (found.kind === "road") {
      openRoad(found.record, point);
    } else {
      x.drill.pick(found.kind, found.kind === "issue" ? found.record.id : found.record.code);
    }
  }

  function attach(map) {
    map.on("mousemove", (event) => {
      clearTimeout(timer);
      if (!coarse.matches) {
        timer = setTimeout(hover, HOVER_MS, event.containerPoint);
      }
    });
    map.on("mouseout movestart", () => {
      clearTimeout(timer);
      x.highlight.hide();
    });
    map.on("click", (event) => {
      clearTimeout(timer);
      if (x.placing.isOn()) {
        x.placing.put(event.latlng.lng, event.latlng.lat);
        return;
      }
      open(at(event.containerPoint), event.containerPoint);
    });
  }

  x.pointer = { attach, at, open, contains, areaAt };
})(window.xunjie);
