// Going into a subdistrict, a road, an issue or a point, and back; alone by the address, embedded by the host.
"use strict";

(function (x) {
  const KEYS = { subdistrict: "subdistrict", road: "road" };

  function boundsOf(kind, code) {
    if (kind === "subdistrict") {
      const area = x.city.areas.items.find((entry) => entry.code === code);
      return area ? L.geoJSON(area.geometry).getBounds() : null;
    }
    if (kind === "road" && x.city.roads) {
      const road = x.roadShapes.roads().findIndex((entry) => entry.code === code);
      const segments = x.roadShapes.segments().filter((segment) => segment.road === road);
      const places = segments.flatMap((segment) => x.toLatLng(segment.coordinates));
      return places.length ? L.latLngBounds(places).pad(0.15) : null;
    }
    return null;
  }

  function nameFor(kind, code) {
    const list = kind === "subdistrict" ? x.city.areas.items : kind === "road" ? x.roadShapes.roads() : [];
    const found = list.find((entry) => entry.code === code);
    return found ? x.nameOf(found.name) : code;
  }

  function address() {
    const parameters = new URLSearchParams(x.state.filter);
    parameters.set("lang", x.state.language);
    parameters.set("theme", x.state.theme);
    parameters.set("layer", x.state.layer);
    parameters.set("show", x.state.show.join(","));
    if (x.state.focus) {
      parameters.set("focus", x.state.focus);
    }
    return `${location.pathname}?${parameters}`;
  }

  function applyFilter(filter, focus) {
    x.set({ filter, focus });
    if (!x.state.embedded && x.state.page === "map") {
      history.pushState(null, "", address());
    }
  }

  function pick(kind, code) {
    x.host.post({ type: "xunjie:pick", kind, code, name: nameFor(kind, code) });
    if (kind in KEYS) {
      const filter = x.filterWith({ subdistrict: [], road: [], [KEYS[kind]]: [code] });
      applyFilter(filter, `${kind}:${code}`);
      show(`${kind}:${code}`);
    } else {
      x.card.openRecord(kind, code);
    }
  }

  // Moves to what a focus names ("subdistrict:520103021") and opens its card.
  function show(focus, { animated = true } = {}) {
    const [kind, ...rest] = focus.split(":");
    const code = rest.join(":");
    const bounds = boundsOf(kind, code);
    if (kind === "spot") {
      showSpot(code, animated);
    } else if (bounds) {
      x.fit.bounds(bounds, { animated });
      x.card.openPlace(kind, code);
    } else if (kind === "issue" || kind === "point") {
      x.card.openRecord(kind, code, { move: true });
    }
  }

  // One place ("106.71,26.6"), near enough to read the streets, with a ring around it that stays.
  const SPOT_M = 400;
  let spot = null;

  function showSpot(code, animated) {
    const [lon, lat] = code.split(",").map(Number);
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) {
      return;
    }
    spot?.remove();
    document.documentElement.dataset.spot = "true"; // a small picture of one place: no legend, no layers to choose
    const at = L.latLng(lat, lon);
    const look = { interactive: false, fill: false, opacity: 1 };
    const colours = getComputedStyle(document.documentElement);
    const [halo, line] = ["--halo", "--focus"].map((name) => colours.getPropertyValue(name).trim());
    spot = L.featureGroup([
      L.circleMarker(at, { ...look, radius: 17, weight: 7, color: halo || "#fff" }),
      L.circleMarker(at, { ...look, radius: 17, weight: 3, color: line || "#0B5D7E" }),
    ]).addTo(x.map);
    x.fit.bounds(at.toBounds(SPOT_M), { animated });
  }

  function clear() {
    const drilled = Boolean(x.state.focus || x.filterValues("subdistrict").length || x.filterValues("road").length);
    x.card.close({ quiet: true });
    if (drilled) {
      applyFilter(x.filterWith({ subdistrict: [], road: [] }), "");
      x.host.post({ type: "xunjie:clear" });
    }
    home();
  }

  function home() {
    if (x.state.page === "wall") {
      x.wall.home();
    } else {
      x.fit.city({ animated: true });
    }
  }

  window.addEventListener("popstate", () => {
    x.stateFromAddress(location.search);
    x.card.close({ quiet: true });
    if (x.state.focus) {
      show(x.state.focus);
    } else {
      home();
    }
  });

  x.drill = { pick, show, clear, nameFor, boundsOf };
})(window.xunjie);
