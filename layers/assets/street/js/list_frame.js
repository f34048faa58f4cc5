// What frames every list: figures, a small map with a chip on it, the age of what is kept, choices, and the rows.
"use strict";

(function (x) {
  // `choices` names the group of chips, `map` the map, both in words; `className` is that of the whole.
  x.listFrame = function ({ choices, map: label, className = null }) {
    const figures = x.element("div", { class: "figures" });
    const frame = x.element("div", { class: "map", role: "region" });
    const chip = x.element("div", { class: "map-chip end", role: "status" });
    const asOf = x.element("p", { class: "as-of", role: "status", hidden: true });
    const chips = x.element("div", { class: "orders", role: "group", "aria-label": choices });
    const rows = x.element("ul", { class: "cases" });
    const none = x.element("div", { class: "none" });
    const mapFrame = x.element("div", { class: "map-frame short" }, frame, x.map.badge(), chip);
    const element = x.element("div", { class: className }, figures, mapFrame, asOf, chips, none, rows);
    const layer = L.layerGroup();
    let map = null;

    // The map is made when the list first comes into view; the answer says whether that is now.
    function shown() {
      const isNew = map === null;
      if (isNew) {
        map = x.map.make(frame, { label });
        layer.addTo(map.leaflet);
      }
      map.leaflet.invalidateSize();
      return isNew;
    }

    // Each of `entries`: [what it is, the figure in words, its class].
    function count(entries) {
      const figure = ([what, value, kind = ""]) => x.element("div", { class: kind }, x.element("b", {}, value), x.element("span", {}, what));
      figures.replaceChildren(...entries.map(figure));
      figures.hidden = entries.length === 0;
    }

    // A list that cannot be asked for anew says of when it is.
    function age(kept) {
      asOf.hidden = !kept || navigator.onLine !== false;
      asOf.textContent = kept ? x.say("list_as_of", { moment: x.numbers.dayAndTime(x.inCity(new Date(kept.at).toISOString())) }) : "";
    }

    // `lines`, or where there are none: `nothing` if that is known, else what the list waits for.
    function fill(lines, kept, nothing) {
      const empty = kept ? nothing : [x.element("p", {}, x.say(navigator.onLine === false ? "list_never_offline" : "list_loading"))];
      rows.replaceChildren(...lines);
      none.hidden = lines.length > 0;
      none.replaceChildren(...(lines.length ? [] : empty));
    }

    // `places` as [latitude, longitude].
    function fit(places) {
      if (map !== null && places.length) {
        map.leaflet.fitBounds(L.latLngBounds(places), { padding: [28, 28], maxZoom: 16, animate: false });
      }
    }

    return { element, mapFrame, chip, chips, rows, layer, shown, count, age, fill, fit, hasMap: () => map !== null };
  };
})(globalThis.xunjie);
