// Names that find no room in their own small area: they stand outside the city, with a line that leads to the area.
"use strict";

(function (x) {
  const MOST = { wide: 12, medium: 10, narrow: 5 };
  const NEAREST_PX = 34;
  const FARTHEST_PX = 230;
  const STEP_PX = 8;
  const STEP_DEGREES = 9;
  const MARK_COST_PX = 16;
  const CLEAR_PX = 5;
  const FOOT_GAP_PX = 10;
  const MOST_FEET = 8;

  // The middle of a label that begins `distance` from a point, in each direction in turn.
  function* ring(from, distance, width, height) {
    for (let angle = 0; angle < 360; angle += STEP_DEGREES) {
      const [dx, dy] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
      yield [from.x + dx * distance + (Math.sign(Math.round(dx * 3)) * width) / 2, from.y + dy * distance + (Math.sign(Math.round(dy * 3)) * height) / 2];
    }
  }

  // Where the line meets the label's box: the middle of the side that faces the area, or a corner's neighbourhood.
  function meeting(from, [left, top, right, bottom]) {
    const clamp = (value, low, high) => Math.max(low, Math.min(value, high));
    return L.point(clamp(from.x, left + 4, right - 4), clamp(from.y, top, bottom));
  }

  function crosses(from, to, [left, top, right, bottom]) {
    const box = L.bounds([left, top], [right, bottom]);
    return Boolean(L.LineUtil.clipSegment(from, to, box));
  }

  function segmentsMeet(a, b, c, d) {
    const turn = (p, q, r) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
    return turn(a, b, c) !== turn(a, b, d) && turn(c, d, a) !== turn(c, d, b);
  }

  // Lines that cross, or run over each other's foot, cannot be told apart.
  function tooNear(a, b, c, d) {
    const gap = (point, from, to) => L.LineUtil.pointToSegmentDistance(point, from, to);
    return segmentsMeet(a, b, c, d) || gap(a, c, d) < FOOT_GAP_PX || gap(c, a, b) < FOOT_GAP_PX;
  }

  // Small boxes along a line, for names that come later.
  function alongLine(from, to) {
    const steps = Math.max(1, Math.ceil(from.distanceTo(to) / 10));
    return Array.from({ length: steps + 1 }, (_, i) => {
      const at = from.add(to.subtract(from).multiplyBy(i / steps));
      return [at.x - 5, at.y - 5, at.x + 5, at.y + 5];
    });
  }

  // None where the map chooses a place: nothing may run over its middle. None for an area that is mostly out of sight.
  function wanted({ spots }, space) {
    const [[left, top]] = spots;
    return !x.state.aim && left > 0 && top > 0 && left < space.size.x && top < space.size.y;
  }

  // Spots of the area for the line to end at: a few, away from marks where there are such.
  function feetOf(label, space) {
    const inside = label.spots.filter(([left, top]) => space.areaAt(left, top) === label.area);
    const near = ([left, top]) => [[left - CLEAR_PX, top - CLEAR_PX, left + CLEAR_PX, top + CLEAR_PX]];
    const clear = inside.filter((spot) => space.cover(near(spot)) === 0);
    const found = clear.length ? clear : inside;
    const step = Math.max(1, Math.floor(found.length / MOST_FEET));
    return found.filter((_, i) => i % step === 0).slice(0, MOST_FEET).map((spot) => L.point(spot));
  }

  function bestPlace(from, [width, height], space, lines, names, best) {
    const farthest = FARTHEST_PX * x.wall.unit();
    for (let distance = NEAREST_PX; distance <= farthest && !(best && best.cost < distance); distance += STEP_PX) {
      for (const spot of ring(from, distance, width, height)) {
        const boxes = x.labelSpace.boxesAt(spot, width + 6, height + 4, 0);
        if (!space.lies("outside", boxes[0]) || !space.free(boxes) || space.cover(boxes) > 0) {
          continue;
        }
        const to = meeting(from, boxes[0]);
        const length = from.distanceTo(to);
        const cut = names.some((box) => crosses(from, to, box)) || lines.some(([a, b]) => tooNear(from, to, a, b));
        const cost = length + MARK_COST_PX * space.crossed(from, to);
        if (!cut && length <= farthest && (!best || cost < best.cost)) {
          best = { cost, from, spot, boxes, to };
        }
      }
    }
    return best;
  }

  function lineOf(code, from, to) {
    const origin = x.map.containerPointToLayerPoint([0, 0]);
    const [a, b] = [from.add(origin), to.add(origin)];
    const d = `M${a.x} ${a.y}L${b.x} ${b.y}`;
    return [
      x.svg("path", { d, class: "halo" }),
      x.svg("circle", { cx: a.x, cy: a.y, r: 4, class: "halo" }),
      x.svg("path", { d }),
      x.svg("circle", { cx: a.x, cy: a.y, r: 2.6, class: "foot", "data-code": code }),
    ];
  }

  // Places labels of small areas, those of the densest first; gives those that found no place, and the drawing.
  function place(labels, space, { put, dress }) {
    const names = space.taken().slice();
    const lines = [];
    const drawing = x.svg("svg", { class: "callouts" });
    const left = [];
    const most = MOST[x.layout.size()];
    let tried = 0;
    for (const label of labels) {
      const feet = lines.length < most && tried < 2 * most && wanted(label, space) ? feetOf(label, space) : [];
      tried += 1;
      const size = label.sizes.callout;
      const best = feet.reduce((found, from) => bestPlace(from, size, space, lines, names, found), null);
      if (!best) {
        left.push(label);
        continue;
      }
      dress(label, "callout");
      label.node.style.color = "";
      lines.push([best.from, best.to]);
      names.push(...best.boxes);
      space.take([...best.boxes, ...alongLine(best.from, best.to)]);
      put(label, best.spot);
      drawing.append(...lineOf(label.area.code, best.from, best.to));
    }
    return { left, drawing };
  }

  x.callouts = { place };
})(window.xunjie);
