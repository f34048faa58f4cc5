// The wall page: the same map between figures and lists, laid out for 1920 × 1080 and scaled to the screen.
"use strict";

(function (x) {
  const WIDTH = 1920;
  const HEIGHT = 1080;
  const STACKED_BELOW = 900;
  const STACKED_FONT_PX = 6.5;
  const DENSE_CLASS = 3;
  const REFRESH_MS = 60000;
  const parts = {};

  function unit() {
    if (x.state.page !== "wall") {
      return 1;
    }
    if (window.innerWidth < STACKED_BELOW) {
      return STACKED_FONT_PX / 10;
    }
    return Math.min(window.innerWidth / WIDTH, window.innerHeight / HEIGHT) * x.state.scale;
  }

  function resize() {
    const stacked = window.innerWidth < STACKED_BELOW;
    document.documentElement.style.fontSize = `${10 * unit()}px`;
    document.body.classList.toggle("stacked", stacked);
    document.body.classList.toggle("large", x.state.scale > 1.1 && !stacked);
  }

  function build() {
    parts.header = x.element("header", { class: "wall-header" });
    parts.left = x.element("aside", { class: "wall-left" });
    parts.right = x.element("aside", { class: "wall-right" });
    parts.overview = x.element("section", { class: "panel overview" });
    parts.legend = x.element("section", { class: "panel legend" });
    parts.strip = x.element("div", { class: "strip", "data-covers": true }, parts.overview, parts.legend);
    document.body.classList.add("wall");
    x.layout.frame.before(parts.header, parts.left);
    x.layout.frame.after(parts.right);
    x.layout.frame.append(parts.strip);
    resize();
    window.addEventListener("resize", () => {
      resize();
      draw();
    });
    x.on("freshness", drawHeader);
    x.on("picture", firstView);
    followClock();
  }

  // A city whose clock runs has new ages and overdue issues even when nobody reports.
  function followClock() {
    const campaign = x.city.campaigns.find((entry) => entry.code === x.city.current_campaign);
    if (!campaign.demo_clock) {
      setInterval(() => x.feed.soon({ fresh: true }), REFRESH_MS);
    }
  }

  let placed = false;
  function firstView() {
    if (!placed) {
      placed = true;
      home({ animated: false });
    }
    drawOverview();
  }

  // The part of the city where problems are dense; the whole of it where that is nowhere.
  function home({ animated = true } = {}) {
    const { subdistricts } = x.feed.data;
    const dense = (subdistricts ? subdistricts.rows : []).filter((row) => row.class >= DENSE_CLASS);
    const boxes = dense.map((row) => x.drill.boundsOf("subdistrict", row.code));
    if (boxes.length === 0) {
      x.fit.city({ animated });
      return;
    }
    const bounds = boxes.reduce((all, box) => all.extend(box), L.latLngBounds(boxes[0].getSouthWest(), boxes[0].getNorthEast()));
    x.fit.bounds(bounds.pad(0.12), { animated });
  }

  const stripHeight = () => (parts.strip ? parts.strip.offsetHeight : 0);

  function drawHeader() {
    const { asOf, stale } = x.state;
    const campaign = x.city.campaigns.find((entry) => entry.code === x.city.current_campaign);
    parts.header.replaceChildren(
      x.element("h1", {}, x.say("wall_title", { city: x.nameOf(x.city.name) })),
      x.element("p", { class: "campaign" }, x.nameOf(campaign.name)),
      x.element(
        "p",
        { class: `clock${stale ? " stale" : ""}${x.status.isOld() ? " old" : ""}` },
        x.element("i"),
        x.say(stale ? "wall_stale" : "wall_live"),
        x.element("b", {}, x.numbers.dayAndTime(asOf)),
      ),
    );
  }

  function drawOverview() {
    const [west, south, east, north] = x.city.bounds;
    parts.strip.classList.toggle("whole", x.map.getBounds().contains([[south, west], [north, east]]));
    parts.overview.replaceChildren(x.element("h2", {}, x.say("home")), x.overview());
  }

  function draw() {
    drawHeader();
    parts.left.setAttribute("aria-label", x.say("wall_figures"));
    parts.right.setAttribute("aria-label", x.say("wall_lists"));
    parts.left.replaceChildren(...x.wallFigures());
    parts.right.replaceChildren(...x.wallLists.content());
    if (!document.body.classList.contains("stacked")) {
      x.wallLists.fit(parts.right);
      while (parts.left.scrollHeight > parts.left.clientHeight + 1 && parts.left.children.length > 1) {
        parts.left.lastChild.remove();
      }
    }
    parts.legend.replaceChildren(...x.legendContent());
    document.body.style.setProperty("--strip", `${stripHeight()}px`);
    drawOverview();
  }

  x.wall = { build, draw, home, unit, drawOverview, stripHeight };
})(window.xunjie);
