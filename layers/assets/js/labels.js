// Names on the map: each tries many places and is dropped rather than laid over another.
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
  const ALONG = [0.5, 0.36, 0.64, 0.24, 0.76, 0.14, 0.86];
  const STEEP_DEGREES = 58;
  const ROADS_FROM_ZOOM = 13;
  const MOST_OBSTACLES = 400;
  const SPACED_FROM_ZOOM = 15;

  let container = null;

  const hits = (a, b) => !(b[2] < a[0] || b[0] > a[2] || b[3] < a[1] || b[1] > a[3]);

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
        allowed: under && under.colour ? (spot, width, height) => legible(area, under.colour, spot, width, height) : null,
        angle: 0,
        priority: 1000 + area.area_km2,
      };
    });
  }

  // On the choropleth a label has no halo: it must stand in its own area, and only on classes its colour suits.
  function legible(area, colour, [left, top], width, height) {
    const at = (dx, dy) => x.map.containerPointToLatLng([left + dx * width, top + dy * height]);
    if (!x.pointer.contains(area, at(0, 0))) {
      return false;
    }
    const outside = x.state.theme === "light" ? "#1B2226" : "#FFFFFF";
    return [[-0.45, -0.4], [0.45, -0.4], [-0.45, 0.4], [0.45, 0.4]].every(([dx, dy]) => {
      const other = x.pointer.areaAt(at(dx, dy));
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
    for (const segment of x.city.roads.segments) {
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
    return [...longest].map(([road, stretch]) => roadLabel(x.city.roads.roads[road], stretch)).filter(Boolean);
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

  // Boxes that cover a label of this size here: one, or a chain along a tilted one.
  function boxesAt([left, top], width, height, angle) {
    if (Math.abs(angle) < 6) {
      return [[left - width / 2 - 1, top - height / 2, left + width / 2 + 1, top + height / 2]];
    }
    const long = Math.max(width, height);
    const short = Math.min(width, height);
    const direction = (angle * Math.PI) / 180 + (height > width ? Math.PI / 2 : 0);
    const steps = Math.max(1, Math.ceil((long - short) / (short * 0.6)));
    return Array.from({ length: steps + 1 }, (_, i) => {
      const t = (-0.5 + i / steps) * (long - short);
      const px = left + Math.cos(direction) * t;
      const py = top + Math.sin(direction) * t;
      return [px - short / 2, py - short / 2, px + short / 2, py + short / 2];
    });
  }

  function panelBoxes() {
    const frame = x.map.getContainer().getBoundingClientRect();
    return [...document.querySelectorAll("[data-covers]")]
      .map((panel) => panel.getBoundingClientRect())
      .filter((box) => box.width > 0)
      .map((box) => [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top]);
  }

  function markBoxes(wanted) {
    const placed = [...x.layers.issues.placed(), ...x.layers.points.placed()].filter(wanted);
    if (placed.length > MOST_OBSTACLES) {
      return [];
    }
    return placed.map(({ latLng, size }) => {
      const at = x.map.latLngToContainerPoint(latLng);
      const half = size / 2;
      return [at.x - half, at.y - half, at.x + half, at.y + half];
    });
  }

  function build(label) {
    const names = label.lines.filter(Boolean).map((line, i) => x.element(i ? "small" : "span", {}, line));
    const node = x.element("div", { class: label.className }, ...names);
    if (label.colour) {
      node.style.color = label.colour;
    }
    return node;
  }

  function place(label, node, taken, soft) {
    const size = x.map.getSize();
    const width = node.offsetWidth;
    const height = node.offsetHeight;
    const overlaps = (boxes, obstacles) => obstacles.filter((other) => boxes.some((box) => hits(box, other))).length;
    let spot = null;
    let least = Infinity;
    for (const candidate of label.places) {
      const boxes = boxesAt(candidate, width, height, label.angle);
      const within = boxes.every((b) => b[0] >= 0 && b[1] >= 0 && b[2] <= size.x && b[3] <= size.y);
      const covered = within && overlaps(boxes, taken) === 0 ? overlaps(boxes, soft) : Infinity;
      if (covered < least && (!label.allowed || label.allowed(candidate, width, height))) {
        [spot, least] = [candidate, covered];
      }
      if (least === 0) {
        break;
      }
    }
    // A label without halo cannot be read over marks: rather none.
    if (!spot || (label.allowed && least > 1)) {
      node.remove();
      return;
    }
    taken.push(...boxesAt(spot, width, height, label.angle));
    if (label.onAreas) {
      suitArea(node, spot);
    }
    const origin = x.map.containerPointToLayerPoint(spot);
    node.style.transform = `translate(${origin.x}px, ${origin.y}px) translate(-50%, -50%) rotate(${label.angle}deg)`;
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
    const labels = [...areaLabels(), ...roadLabels()].sort((a, b) => b.priority - a.priority);
    const nodes = labels.map(build);
    container.replaceChildren(...nodes);
    // Discs with a number are never written over; single symbols only where there is no other place.
    const taken = [...panelBoxes(), ...markBoxes(({ kind }) => kind === "cluster")];
    const soft = markBoxes(({ kind }) => kind !== "cluster");
    labels.forEach((label, position) => place(label, nodes[position], taken, soft));
  }

  x.labels = { draw };
})(window.xunjie);
