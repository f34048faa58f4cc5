// The shapes of states, drawn alike on the canvas of the map and in panels. Each is made in a box of 24 × 24.
"use strict";

(function (x) {
  const circle = (r) => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  const diamond = (r) => `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z`;
  const square = "M-8-10H8A2 2 0 0 1 10-8V8A2 2 0 0 1 8 10H-8A2 2 0 0 1-10 8V-8A2 2 0 0 1-8-10Z";

  // `fill` and `stroke` name a role: colour of the state, halo, or ink upon the colour.
  const SHAPES = {
    handling: [{ path: circle(9), fill: "colour", halo: true }],
    overdue: [
      { path: "M0-11L11 9L-11 9Z", fill: "colour", halo: true },
      { path: "M0-3.5V3M0 5V7", stroke: "ink", width: 2.4 },
    ],
    verifying: [
      { path: diamond(10.5), fill: "halo", halo: true },
      { path: diamond(8.6), fill: "halo", stroke: "colour", width: 4 },
    ],
    closed: [{ path: circle(7.5), fill: "halo", stroke: "colour", width: 4 }],
    rejected: [{ path: "M-6-6L6 6M6-6L-6 6", stroke: "colour", width: 4 }],
    first_ok: [
      { path: circle(10), fill: "colour", halo: true },
      { path: "M-4.6.4L-1.2 3.8L5-3.4", stroke: "ink", width: 2.8, cap: "round" },
    ],
    fixed: [
      { path: diamond(11), fill: "halo", halo: true },
      { path: diamond(9.6), fill: "halo", stroke: "colour", width: 2.6 },
      { path: "M0-9.6V9.6L-9.6 0Z", fill: "colour" },
    ],
    failing: [
      { path: square, fill: "colour", halo: true },
      { path: "M-5-5L5 5M5-5L-5 5", stroke: "ink", width: 3, cap: "round" },
    ],
    unvisited: [{ path: circle(8.5), fill: "halo", stroke: "colour", width: 3, dash: [4, 3] }],
    dot: [{ path: circle(9), fill: "colour", halo: true }],
  };

  const HALO_PX = 1.5;

  function look(kind) {
    const { stages, groups, halo } = x.layers.issues.options;
    const token = stages[kind] || x.layers.points.options.states[kind] || groups.find((group) => group.key === kind);
    const { theme } = x.state;
    return {
      size: token.size_px || 7,
      colour: token[theme],
      halo: halo[theme].colour,
      ink: theme === "light" ? "#fff" : "#0A0E11",
    };
  }

  const parsed = new Map();
  function pathOf(text) {
    if (!parsed.has(text)) {
      parsed.set(text, new Path2D(text));
    }
    return parsed.get(text);
  }

  // Draws a symbol of `size` px around (left, top).
  function draw(context, left, top, kind, size, colours) {
    context.save();
    context.translate(left, top);
    context.scale(size / 24, size / 24);
    context.lineJoin = "round";
    for (const part of SHAPES[kind]) {
      const path = pathOf(part.path);
      context.lineCap = part.cap || "butt";
      context.setLineDash(part.dash || []);
      if (part.halo) {
        context.strokeStyle = colours.halo;
        context.lineWidth = (HALO_PX * 2 * 24) / size;
        context.stroke(path);
      }
      if (part.fill) {
        context.fillStyle = colours[part.fill];
        context.fill(path);
      }
      if (part.stroke) {
        context.strokeStyle = colours[part.stroke];
        context.lineWidth = part.width;
        context.stroke(path);
      }
    }
    context.restore();
  }

  // The same symbol as an SVG element for panels; decorative, since text always stands beside it.
  function picture(kind, size, shape = kind) {
    const colours = look(kind);
    const px = size || colours.size;
    const parts = SHAPES[shape].map((part) =>
      x.svg("path", {
        d: part.path,
        fill: part.fill ? colours[part.fill] : "none",
        stroke: part.stroke ? colours[part.stroke] : part.halo ? colours.halo : "none",
        "stroke-width": part.stroke ? part.width : part.halo ? (HALO_PX * 2 * 24) / px : 0,
        "stroke-linecap": part.cap || "butt",
        "stroke-dasharray": part.dash ? part.dash.join(" ") : null,
        "paint-order": part.halo ? "stroke" : null,
        "stroke-linejoin": "round",
      }),
    );
    return x.svg(
      "svg",
      { viewBox: "-12 -12 24 24", width: px, height: px, class: "symbol", "aria-hidden": "true" },
      ...parts,
    );
  }

  x.symbols = { draw, look, picture };
})(window.xunjie);
