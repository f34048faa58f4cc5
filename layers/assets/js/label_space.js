// The room that names find on the map: what is taken, what would be covered, and what lies outside the city.
"use strict";

(function (x) {
  const MOST_OBSTACLES = 400;
  // A closed issue is a small ring among many: it gives way where an open one does not.
  const CLOSED_WEIGHT = 0.2;
  const MASK_PX = 4;
  const AREA_PX = 2;

  const hits = (a, b) => !(b[2] < a[0] || b[0] > a[2] || b[3] < a[1] || b[1] > a[3]);

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
    return placed.map(({ latLng, size, record }) => {
      const at = x.map.latLngToContainerPoint(latLng);
      const half = size / 2 + 1;
      const box = [at.x - half, at.y - half, at.x + half, at.y + half];
      box.weight = record.stage === "closed" ? CLOSED_WEIGHT : 1;
      return box;
    });
  }

  // A coarse picture of the city's land, so that many boxes can be asked whether they lie outside it.
  function landMask() {
    const size = x.map.getSize();
    const [width, height] = [Math.ceil(size.x / MASK_PX), Math.ceil(size.y / MASK_PX)];
    const context = x.element("canvas", { width, height }).getContext("2d", { willReadFrequently: true });
    const { type, coordinates } = x.city.boundary.geometry;
    context.beginPath();
    for (const ring of (type === "Polygon" ? [coordinates] : coordinates).flat()) {
      ring.forEach(([lon, lat], i) => {
        const at = x.map.latLngToContainerPoint([lat, lon]);
        context[i ? "lineTo" : "moveTo"](at.x / MASK_PX, at.y / MASK_PX);
      });
      context.closePath();
    }
    context.fillStyle = "#f00";
    context.strokeStyle = "#0f0";
    context.fill("evenodd");
    context.stroke();
    const { data } = context.getImageData(0, 0, width, height);
    const at = (column, row) => (row * width + column) * 4;
    return {
      width,
      height,
      outside: (column, row) => data[at(column, row) + 3] < 40,
      inside: (column, row) => data[at(column, row)] > 200 && data[at(column, row) + 1] < 100,
    };
  }

  // What is taken for good (panels, discs with a number, placed names) and what a name should rather not cover.
  function survey() {
    const size = x.map.getSize();
    const taken = [...panelBoxes(), ...markBoxes(({ kind }) => kind === "cluster")];
    const soft = markBoxes(({ kind }) => kind !== "cluster");
    let mask = null;

    const within = (boxes) => boxes.every((b) => b[0] >= 0 && b[1] >= 0 && b[2] <= size.x && b[3] <= size.y);
    const free = (boxes) => within(boxes) && !taken.some((other) => boxes.some((box) => hits(box, other)));

    // How much a label here would cover: 1 for each open issue or point.
    const cover = (boxes) =>
      soft.reduce((sum, other) => (boxes.some((box) => hits(box, other)) ? sum + other.weight : sum), 0);

    // Whether a box lies wholly "inside" or wholly "outside" the city, clear of its line.
    function lies(where, [left, top, right, bottom]) {
      mask = mask || landMask();
      const cell = (value, most) => Math.max(0, Math.min(most - 1, Math.floor(value / MASK_PX)));
      if (!mask[where](cell((left + right) / 2, mask.width), cell((top + bottom) / 2, mask.height))) {
        return false;
      }
      for (let row = cell(top, mask.height); row <= cell(bottom, mask.height); row += 1) {
        for (let column = cell(left, mask.width); column <= cell(right, mask.width); column += 1) {
          if (!mask[where](column, row)) {
            return false;
          }
        }
      }
      return true;
    }

    // The area under a place of the screen; neighbouring pixels share an answer.
    const areas = new Map();
    function areaAt(left, top) {
      const key = Math.round(left / AREA_PX) * 65536 + Math.round(top / AREA_PX);
      if (!areas.has(key)) {
        areas.set(key, x.pointer.areaAt(x.map.containerPointToLatLng([left, top])) || null);
      }
      return areas.get(key);
    }

    // How many open issues or points a line would run over.
    const crossed = (from, to) =>
      soft.filter((box) => L.LineUtil.clipSegment(from, to, L.bounds([box[0], box[1]], [box[2], box[3]]))).length;

    return { size, free, cover, crossed, lies, areaAt, take: (boxes) => taken.push(...boxes), taken: () => taken };
  }

  x.labelSpace = { survey, boxesAt, hits };
})(window.xunjie);
