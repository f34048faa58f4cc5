// The map of a report: the pin, how exact it is, the place in words; by position, by tap, by drag, by coordinates.
"use strict";

(function (x) {
  // {element, show}; `draft()` and `set(changes)` are the form's.
  x.reportPlace = function ({ draft, set }) {
    const frame = x.element("div", { class: "map", role: "region" });
    const chip = x.element("div", { class: "map-chip", role: "status" });
    const locate = x.element("button", { type: "button", class: "locate", "aria-label": x.say("locate"), onclick: find }, x.icon("locate"));
    const title = x.element("strong", {});
    const sub = x.element("span", { class: "sub" });
    const change = x.element("button", { type: "button", class: "plain", "aria-label": x.say("change_place"), onclick: edit }, x.say("change"));
    const line = x.element("div", { class: "place-line" }, x.element("div", { class: "names" }, title, sub), change);
    const element = x.element("div", { class: "place" }, x.element("div", { class: "map-frame short" }, frame, x.map.badge(), chip, locate), line);
    let map = null;
    let pin = null;
    let ring = null;
    const near = L.layerGroup();

    function start() {
      if (map) {
        map.leaflet.invalidateSize();
        return;
      }
      map = x.map.make(frame, { label: x.say("report_map") });
      near.addTo(map.leaflet);
      map.leaflet.on("click", ({ latlng }) => use({ place: [latlng.lng, latlng.lat], source: "map" }));
      drawNear();
    }

    // Open issues around, so that nobody reports what is known.
    function drawNear() {
      near.clearLayers();
      x.today.issues().forEach((issue) => x.marks.symbol(issue).addTo(near));
      for (const entry of x.pending.reports()) {
        x.marks.symbol({ lon: entry.place[0], lat: entry.place[1], stage: "handling" }).addTo(near);
      }
    }

    async function find() {
      chip.textContent = x.say("locating");
      locate.classList.add("busy");
      try {
        const { place, accuracy } = await x.position.ask();
        use({ place, accuracy, source: "gps" }, { go: true });
      } catch (error) {
        if (!(error instanceof x.Told)) {
          throw error;
        }
        show();
        chip.textContent = error.message;
        chip.classList.add("wrong");
      } finally {
        locate.classList.remove("busy");
      }
    }

    function use(position, { go = false } = {}) {
      set({ position });
      show({ go });
    }

    function edit() {
      x.placeSheet({
        address: draft().address,
        setAddress: (address) => {
          set({ address });
          say();
        },
        usePlace: ({ place, given, datum }) => use({ place, given, datum, source: "given" }, { go: true }),
      });
    }

    function say() {
      const { position, address } = draft();
      chip.classList.remove("wrong");
      if (position === null) {
        title.textContent = x.say("no_place");
        sub.textContent = address || x.say("no_place_hint");
        chip.textContent = x.say("tap_map");
        return;
      }
      const found = x.place.describe(position.place);
      title.textContent = found.title || x.say(found.inside ? "place_without_name" : "place_outside");
      const road = found.road ? x.say("from_road", { length: x.numbers.length(found.road.distance) }) : "";
      const figures = position.place.map((degrees) => degrees.toFixed(5)).join(", ");
      sub.textContent = [address, road || figures].filter(Boolean).join(" · ");
      chip.textContent = {
        gps: () => x.say("accuracy", { n: Math.max(1, Math.round(position.accuracy)) }),
        map: () => x.say("placed_by_hand"),
        given: () => x.say("placed_by_datum", { datum: x.say(`datum_${position.datum}`) }),
      }[position.source]();
    }

    function show({ go = true } = {}) {
      say();
      if (map === null) {
        return;
      }
      ring?.remove();
      const { position } = draft();
      if (position === null) {
        pin?.remove();
        pin = null;
        return;
      }
      const at = [position.place[1], position.place[0]];
      if (position.source === "gps") {
        ring = x.marks.me(position.place, position.accuracy).addTo(map.leaflet);
      }
      // The same pin moves, so that the keyboard keeps its hold on it.
      pin ??= x.makePin(position.place, x.say("pin"), ({ lng, lat }) => use({ place: [lng, lat], source: "map" }));
      pin.setLatLng(at).addTo(map.leaflet);
      if (go) {
        const zoom = Math.max(map.leaflet.getZoom(), x.map.FIRST_ZOOM);
        map.leaflet.setView(at, zoom, { animate: false });
      }
    }

    x.on("today", () => map && drawNear());
    x.on("pending", () => map && drawNear());
    x.on("tab", (tab) => {
      if (tab === "report") {
        const first = map === null;
        start();
        show({ go: first });
      }
    });
    return { element, show };
  };
})(globalThis.xunjie);
