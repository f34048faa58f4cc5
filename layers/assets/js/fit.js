// Fitting places into the part of the map that panels leave free.
"use strict";

(function (x) {
  const MARGIN = 18;
  // How many zoom steps it is worth not to hide the whole outline of the city.
  const HIDDEN_COST = { wide: 40, medium: 5, narrow: 3 };
  const DURATION_S = 0.28;
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");

  function panelBoxes() {
    const frame = x.layout.frame.getBoundingClientRect();
    return [...document.querySelectorAll(".corner [data-covers]")]
      .map((panel) => panel.getBoundingClientRect())
      .filter((box) => box.width > 0)
      .map((box) => ({
        left: box.left - frame.left,
        top: box.top - frame.top,
        right: box.right - frame.left,
        bottom: box.bottom - frame.top,
      }));
  }

  function outline() {
    const { type, coordinates } = x.city.boundary.geometry;
    const rings = type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
    return rings.flat().map(([lon, lat]) => L.latLng(lat, lon));
  }

  // Share of the boundary's corners that panels would hide at this view.
  function hidden(points, centre, zoom, boxes) {
    const half = x.map.getSize().divideBy(2);
    const origin = x.map.project(centre, zoom).subtract(half);
    const under = points.filter((latLng) => {
      const at = x.map.project(latLng, zoom).subtract(origin);
      return boxes.some((b) => at.x > b.left && at.x < b.right && at.y > b.top && at.y < b.bottom);
    });
    return under.length / points.length;
  }

  function viewOf(bounds, [left, top, right, bottom]) {
    const size = x.map.getSize();
    const padding = L.point(left + right, top + bottom);
    if (padding.x > size.x * 0.7 || padding.y > size.y * 0.7) {
      return null;
    }
    const zoom = Math.min(17, x.map.getBoundsZoom(bounds, false, padding));
    const offset = L.point(right - left, bottom - top).divideBy(2);
    const centre = x.map.unproject(x.map.project(L.latLngBounds(bounds).getCenter(), zoom).add(offset), zoom);
    return { zoom, centre };
  }

  // The whole city: as large as it gets without a panel over its land; a city's shape often leaves corners free.
  function cityView() {
    const [west, south, east, north] = x.city.bounds;
    const bounds = L.latLngBounds([south, west], [north, east]);
    const boxes = panelBoxes();
    const size = x.map.getSize();
    const left = Math.max(0, ...boxes.filter((b) => b.left < size.x / 3).map((b) => b.right));
    const right = size.x - Math.min(size.x, ...boxes.filter((b) => b.right > (size.x * 2) / 3).map((b) => b.left));
    const points = outline();
    const below = size.y - Math.min(size.y, ...boxes.filter((b) => b.bottom > (size.y * 2) / 3 && b.left > 100).map((b) => b.top));
    const paddings = [0, left / 2, left].flatMap((fromLeft) =>
      [0, right].flatMap((fromRight) =>
        [0, below / 2, below].map((fromBelow) => [fromLeft, 0, fromRight, fromBelow].map((side) => side + MARGIN)),
      ),
    );
    const views = paddings.map((padding) => viewOf(bounds, padding)).filter(Boolean);
    // A small frame cannot do without an overlap: there the map keeps its size.
    const weight = HIDDEN_COST[x.layout.size()];
    const cost = (view) => view.zoom - weight * hidden(points, view.centre, view.zoom, boxes);
    return views.reduce((best, view) => (cost(view) > cost(best) + 1e-9 ? view : best));
  }

  function go(view, animated) {
    if (animated && !reduced.matches) {
      x.map.flyTo(view.centre, view.zoom, { duration: DURATION_S, easeLinearity: 0.5 });
    } else {
      x.map.setView(view.centre, view.zoom, { animate: false });
    }
  }

  function city({ animated = false } = {}) {
    go(cityView(), animated);
  }

  // Once the panels have their final size: moves only where that gives another view.
  function settle() {
    const view = cityView();
    const moved = x.map.project(view.centre, view.zoom).distanceTo(x.map.project(x.map.getCenter(), view.zoom));
    if (moved > 8 || Math.abs(view.zoom - x.map.getZoom()) > 0.04) {
      go(view, false);
    }
  }

  // Some place of the city, beside the panels on the left.
  function bounds(latLngBounds, { animated = true } = {}) {
    const wide = x.layout.size() === "wide";
    const left = wide && x.state.page === "map" ? Math.max(0, ...panelBoxes().filter((b) => b.left < 40).map((b) => b.right)) : 0;
    const below = x.state.page === "wall" ? x.wall.stripHeight() : 0;
    const view = viewOf(latLngBounds, [left + 30, 40, 40, below + 40]) || viewOf(latLngBounds, [20, 20, 20, 20]);
    go(view, animated);
  }

  x.fit = { city, settle, bounds };
})(window.xunjie);
