// Names on the phone's map: subdistricts and roads, each where it fits; none is laid over another.
"use strict";

(function (x) {
  const AREAS_TO_ZOOM = 16.4;
  const ROADS_FROM_ZOOM = 13.4;
  const STEEP_DEGREES = 58;
  const ALONG = [0.5, 0.34, 0.66, 0.2, 0.8];
  const SIZE = { area: 13, road: 12 };

  function follow(one) {
    const { leaflet } = one;
    const holder = x.element("div", { class: "map-names", "aria-hidden": "true" });
    leaflet.getPane("names").append(holder);
    const place = () => {
      L.DomUtil.setPosition(holder, leaflet.containerPointToLayerPoint([0, 0]));
      holder.replaceChildren(...placed(one));
      holder.classList.remove("zooming");
    };
    leaflet.on("moveend zoomend resize", place);
    leaflet.on("zoomstart", () => holder.classList.add("zooming"));
    place();
    const ends = [x.on("theme", place), x.on("roads", place)];
    return () => ends.forEach((end) => end());
  }

  // Where panels lie on the map no name is put.
  function panels(element) {
    const { left, top } = element.getBoundingClientRect();
    return [...element.parentElement.querySelectorAll(".map-badge, .map-chip, .map-key, .locate")]
      .map((panel) => panel.getBoundingClientRect())
      .map((box) => [box.left - left, box.top - top, box.right - left, box.bottom - top]);
  }

  function placed({ leaflet, element }) {
    const size = leaflet.getSize();
    const taken = panels(element);
    const shown = [];
    for (const label of [...areaLabels(leaflet), ...roadLabels(leaflet, size)]) {
      for (const [left, top] of label.places) {
        const box = boxOf(label, left, top);
        const inside = box[0] > 2 && box[1] > 2 && box[2] < size.x - 2 && box[3] < size.y - 2;
        if (inside && !taken.some((other) => meet(box, other))) {
          taken.push(box);
          shown.push(drawn(label, left, top));
          break;
        }
      }
    }
    return shown;
  }

  const meet = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

  // The upright box around a turned text, with a little air.
  function boxOf({ width, height, angle }, left, top) {
    const turn = (angle * Math.PI) / 180;
    const [w, h] = [
      Math.abs(width * Math.cos(turn)) + Math.abs(height * Math.sin(turn)) + 4,
      Math.abs(width * Math.sin(turn)) + Math.abs(height * Math.cos(turn)) + 4,
    ];
    return [left - w / 2, top - h / 2, left + w / 2, top + h / 2];
  }

  function drawn(label, left, top) {
    const element = x.element("span", { class: `map-name ${label.kind}${label.upright ? " upright" : ""}` }, label.text);
    element.style.transform = `translate(${left}px, ${top}px) translate(-50%, -50%) rotate(${label.angle}deg)`;
    return element;
  }

  const widthOf = (text, size) => [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e80 ? size : size * 0.56), 0);

  function areaLabels(leaflet) {
    if (leaflet.getZoom() > AREAS_TO_ZOOM) {
      return [];
    }
    return x.city.areas.items.map((area) => {
      const at = leaflet.latLngToContainerPoint([area.anchor[1], area.anchor[0]]);
      const text = x.nameOf(area.short);
      const places = [[at.x, at.y], [at.x, at.y - 16], [at.x, at.y + 16]];
      return { kind: "area", text, places, angle: 0, width: widthOf(text, SIZE.area), height: 17 };
    });
  }

  function roadLabels(leaflet, size) {
    if (leaflet.getZoom() < ROADS_FROM_ZOOM) {
      return [];
    }
    const inside = L.bounds([6, 6], [size.x - 6, size.y - 6]);
    const longest = new Map();
    for (const segment of x.cityRoads.segments()) {
      const pixels = segment.coordinates.map(([lon, lat]) => leaflet.latLngToContainerPoint([lat, lon]));
      for (let i = 1; i < pixels.length; i += 1) {
        const clipped = L.LineUtil.clipSegment(pixels[i - 1], pixels[i], inside);
        const length = clipped ? clipped[0].distanceTo(clipped[1]) : 0;
        if (length > (longest.get(segment.road)?.length || 0)) {
          longest.set(segment.road, { length, from: clipped[0], to: clipped[1], importance: segment.class });
        }
      }
    }
    const rank = { major: 0, secondary: 1, minor: 2 };
    return [...longest]
      .sort(([, a], [, b]) => rank[a.importance] - rank[b.importance] || b.length - a.length)
      .map(([road, stretch]) => roadLabel(x.nameOf(x.cityRoads.roads()[road].name), stretch))
      .filter(Boolean);
  }

  function roadLabel(text, { length, from, to }) {
    const width = widthOf(text || "", SIZE.road);
    if (!text || length < width + 8) {
      return null;
    }
    let angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    angle = angle > 90 ? angle - 180 : angle < -90 ? angle + 180 : angle;
    const along = (angle * Math.PI) / 180;
    // Chinese names of steep roads stand upright, one sign below the other; they never lie on their side.
    const upright = /[\u2e80-\u9fff]/.test(text) && Math.abs(angle) > STEEP_DEGREES;
    const places = ALONG.flatMap((part) =>
      [13, -13].map((off) => [
        from.x + (to.x - from.x) * part + Math.sin(along) * off,
        from.y + (to.y - from.y) * part - Math.cos(along) * off,
      ]),
    );
    const turned = upright ? (angle > 0 ? angle - 90 : angle + 90) : angle;
    return { kind: "road", text, places, upright, angle: turned, width: upright ? 15 : width, height: upright ? width : 15 };
  }

  x.mapLabels = { follow };
})(globalThis.xunjie);
