// Names on the map: each tries many places, then a smaller type, then a line from outside; none is laid over another.
"use strict";

(function (x) {
  // Places tried around an area's anchor, in px.
  const AROUND = [
    [0, 0], [0, -16], [0, 16], [26, 0], [-26, 0], [22, -18], [-22, -18], [22, 18], [-22, 18],
    [0, -34], [0, 34], [48, 0], [-48, 0], [44, -26], [-44, 26], [44, 26], [-44, -26],
  ];
  // The same on the choropleth, where a label stays in its own area: a fine net, the nearest places first.
  const DENSE = Array.from({ length: 15 * 13 }, (_, i) => [((i % 15) - 7) * 12, (Math.floor(i / 15) - 6) * 10]).sort(
    (a, b) => Math.hypot(...a) - Math.hypot(...b),
  );
  // Where a label's box is looked at: corners and middles of its sides.
  const RIM = [[-0.5, -0.5], [0, -0.5], [0.5, -0.5], [-0.5, 0], [0.5, 0], [-0.5, 0.5], [0, 0.5], [0.5, 0.5]];
  const ALONG = [0.5, 0.36, 0.64, 0.24, 0.76, 0.14, 0.86];
  const STEEP_DEGREES = 58;
  const ROADS_FROM_ZOOM = 13;
  const SPACED_FROM_ZOOM = 15;

  // A road's name may cover a few closed issues, but no open one.
  const ROAD_COVER = 0.7;

  let container = null;

  function areaLabels() {
    const loose = x.map.getZoom() >= SPACED_FROM_ZOOM && x.isChinese() && x.state.layer !== "subdistricts";
    return x.city.areas.items.map((area) => {
      const under = x.layers.subdistricts.labelOf(area.code) || x.layers.points.labelOf(area.code);
      const at = x.map.latLngToContainerPoint([area.anchor[1], area.anchor[0]]);
      const dimmed = x.layers.subdistricts.chosen(area.code) ? "" : " dimmed";
      const flat = under && under.colour ? " flat" : "";
      return {
        lines: [...namesOf(area.short), under ? under.value : null],
        className: `label area${flat}${dimmed}${loose ? " loose" : ""}`,
        colour: under && under.colour,
        places: (under && under.colour ? DENSE : AROUND).map(([dx, dy]) => [at.x + dx, at.y + dy]),
        flat: Boolean(flat),
        spots: DENSE.map(([dx, dy]) => [at.x + dx / 2, at.y + dy / 2]),
        area,
        dense: densityOf(area.code),
        angle: 0,
        priority: 1000 + area.area_km2,
      };
    });
  }

  const densityOf = (code) => x.layers.subdistricts.rowOf(code)?.per_km2 || 0;

  // On the choropleth a label has no halo: it must stand in its own area, and only on classes its colour suits.
  function legible({ area, colour }, space, [left, top], width, height) {
    if (space.areaAt(left, top) !== area) {
      return false;
    }
    const outside = x.state.theme === "light" ? "#1B2226" : "#FFFFFF";
    return RIM.every(([dx, dy]) => {
      const other = space.areaAt(left + dx * width, top + dy * height);
      const label = other ? x.layers.subdistricts.labelOf(other.code) : { colour: outside };
      return label === null || label.colour === colour;
    });
  }

  // English pages keep the Chinese name first, its reading after it.
  function namesOf(name) {
    if (x.isChinese()) {
      return [name.zh || name.en, null];
    }
    return name.zh && name.en && name.zh !== name.en ? [name.zh, name.en] : [name.en || name.zh, null];
  }

  function roadLabels() {
    const least = x.state.layer === "subdistricts" ? ROADS_FROM_ZOOM + 1 : ROADS_FROM_ZOOM;
    if (!x.city.roads || x.map.getZoom() < least) {
      return [];
    }
    const size = x.map.getSize();
    const inside = L.bounds([20, 20], [size.x - 20, size.y - 20]);
    const longest = new Map();
    for (const segment of x.roadShapes.segments()) {
      const pixels = segment.coordinates.map(([lon, lat]) => x.map.latLngToContainerPoint([lat, lon]));
      for (let i = 1; i < pixels.length; i += 1) {
        const clipped = L.LineUtil.clipSegment(pixels[i - 1], pixels[i], inside);
        const length = clipped ? clipped[0].distanceTo(clipped[1]) : 0;
        const known = longest.get(segment.road);
        if (length && (!known || length > known.length)) {
          longest.set(segment.road, { length, from: clipped[0], to: clipped[1], segment });
        }
      }
    }
    return [...longest].map(([road, stretch]) => roadLabel(x.roadShapes.roads()[road], stretch)).filter(Boolean);
  }

  function roadLabel(road, { length, from, to, segment }) {
    const text = road.name.zh || road.name.en;
    const needed = road.name.zh ? text.length * 13 : text.length * 7;
    if (!text || length < needed) {
      return null;
    }
    let angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    angle = angle > 90 ? angle - 180 : angle < -90 ? angle + 180 : angle;
    const along = (angle * Math.PI) / 180;
    const upright = Boolean(road.name.zh) && Math.abs(angle) > STEEP_DEGREES;
    const offset = 12 + (x.state.layer === "roads" ? 4 : 0);
    const places = ALONG.flatMap((part) =>
      [1, -1].map((side) => [
        from.x + (to.x - from.x) * part + Math.sin(along) * offset * side,
        from.y + (to.y - from.y) * part - Math.cos(along) * offset * side,
      ]),
    );
    const weight = { major: 30, secondary: 20, minor: 10 }[segment.class];
    return {
      lines: [text],
      className: `label road${upright ? " upright" : ""}`,
      colour: null,
      onAreas: x.state.layer === "subdistricts",
      places,
      angle: upright ? (angle > 0 ? angle - 90 : angle + 90) : angle,
      priority: weight + length / 1000,
    };
  }

  function build(label) {
    const names = label.lines.filter(Boolean).map((line, i) => x.element(i ? "small" : "span", {}, line));
    const node = x.element("div", { class: label.className, "data-code": label.area?.code }, ...names);
    if (label.colour) {
      node.style.color = label.colour;
    }
    return node;
  }

  // Sizes in each look, measured together: the browser lays the page out once a look, not once a label.
  const LOOKS = { normal: "", small: " small", callout: " callout" };

  function measure(labels, look) {
    for (const label of labels) {
      label.node.className = label.className + LOOKS[look];
    }
    for (const label of labels) {
      label.sizes = { ...label.sizes, [look]: [label.node.offsetWidth, label.node.offsetHeight] };
    }
  }

  function dress(label, look) {
    label.look = look;
    label.node.className = label.className + LOOKS[look];
  }

  // The best of a label's places that covers at most `most` of the marks; null where there is none.
  // With `whole`, an area's name keeps clear of the city's own line.
  function bestSpot(label, space, most, whole) {
    const [width, height] = label.sizes[label.look];
    let [spot, least] = [null, Infinity];
    for (const candidate of label.places) {
      const boxes = x.labelSpace.boxesAt(candidate, width, height, label.angle);
      const open = space.free(boxes) && (!whole || space.lies("inside", boxes[0]));
      const covered = open ? space.cover(boxes) : Infinity;
      if (covered <= most && covered < least && (!label.flat || legible(label, space, candidate, width, height))) {
        [spot, least] = [candidate, covered];
      }
      if (least === 0) {
        break;
      }
    }
    return spot;
  }

  function put(label, spot) {
    const origin = x.map.containerPointToLayerPoint(spot);
    label.node.style.transform =
      `translate(${origin.x}px, ${origin.y}px) translate(-50%, -50%) rotate(${label.angle}deg)`;
  }

  function settle(label, space, most, { whole = false } = {}) {
    const spot = bestSpot(label, space, most, whole);
    if (!spot) {
      return false;
    }
    space.take(x.labelSpace.boxesAt(spot, ...label.sizes[label.look], label.angle));
    if (label.onAreas) {
      suitArea(label.node, spot);
    }
    put(label, spot);
    return true;
  }

  // In its own place, else there in a smaller type; what found no room is given back.
  function placeInside(labels, space) {
    return labels.filter((label) => {
      if (settle(label, space, 0, { whole: true })) {
        return false;
      }
      dress(label, "small");
      if (settle(label, space, 0, { whole: true })) {
        return false;
      }
      return true;
    });
  }

  // With a halo a name can be read over marks, without one rather none.
  function placeOver(labels, space) {
    for (const label of labels) {
      dress(label, "normal");
      if (!settle(label, space, label.flat || x.state.aim ? 0 : Infinity)) {
        label.node.remove();
      }
    }
  }

  // A road's name on the choropleth takes the colour that its area's class allows, without a halo.
  function suitArea(node, spot) {
    const area = x.pointer.areaAt(x.map.containerPointToLatLng(spot));
    const label = area && x.layers.subdistricts.labelOf(area.code);
    if (label && label.colour) {
      node.classList.add("flat");
      node.style.color = label.colour;
    }
  }

  function draw() {
    if (!container) {
      container = x.element("div", { class: "labels leaflet-zoom-hide", "aria-hidden": "true" });
      x.map.getPane("labels").append(container);
    }
    const byPriority = (a, b) => b.priority - a.priority;
    const areas = areaLabels().sort(byPriority);
    const roads = roadLabels().sort(byPriority);
    for (const label of [...areas, ...roads]) {
      label.node = build(label);
      label.look = "normal";
    }
    container.replaceChildren(...[...areas, ...roads].map(({ node }) => node));
    measure(areas, "small");
    measure(areas, "callout");
    measure([...areas, ...roads], "normal");
    const space = x.labelSpace.survey();
    const crowded = placeInside(areas, space).sort((a, b) => b.dense - a.dense || byPriority(a, b));
    const { left, drawing } = x.callouts.place(crowded, space, { put, dress });
    placeOver(left, space);
    for (const label of roads) {
      if (!settle(label, space, ROAD_COVER)) {
        label.node.remove();
      }
    }
    container.prepend(drawing);
  }

  x.labels = { draw };
})(window.xunjie);
