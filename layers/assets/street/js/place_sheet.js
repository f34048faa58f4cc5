// Giving a place in words and figures: an address, or coordinates copied from another map and the datum they are in.
"use strict";

(function (x) {
  const MOST_ADDRESS = 200;
  const PAIR = /^\s*[([]?\s*(-?\d{1,3}(?:\.\d+)?)\s*°?\s*[,，;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*°?\s*[)\]]?\s*$/;

  // Two numbers, in either order: longitude and latitude are told apart by the city's own. Null where they are none.
  function parsed(text) {
    const found = PAIR.exec(text);
    if (!found) {
      return null;
    }
    const [a, b] = [Number(found[1]), Number(found[2])];
    const [west, south, east, north] = x.city.bounds;
    const off = (lon, lat) => Math.hypot(lon - (west + east) / 2, lat - (south + north) / 2);
    const pair = off(a, b) <= off(b, a) ? [a, b] : [b, a];
    return Math.abs(pair[0]) <= 180 && Math.abs(pair[1]) <= 90 ? pair : null;
  }

  // `use({place, given, datum})` with the place in WGS-84 and as it was given; `address(text)` as it is typed.
  x.placeSheet = function ({ address, setAddress, usePlace }) {
    const addressField = x.element("input", { id: "address", maxlength: MOST_ADDRESS, autocomplete: "off", value: address });
    addressField.addEventListener("input", () => setAddress(addressField.value));
    const pair = x.element("input", {
      id: "pair", inputmode: "text", autocomplete: "off", "aria-describedby": "pair-hint pair-error", placeholder: x.city.bounds.slice(0, 2).map((v) => v.toFixed(5)).join(", "),
    });
    const error = x.element("p", { id: "pair-error", class: "wrong", role: "alert" });
    const datums = x.datum.allowed().map((datum, i) =>
      x.element(
        "label",
        { class: "choice" },
        x.element("input", { type: "radio", name: "datum", value: datum, checked: i === 0 }),
        x.element("span", {}, x.say(`datum_${datum}`)),
      ),
    );
    const form = x.element(
      "form",
      { class: "stack" },
      x.element("label", { for: "address" }, x.say("address")),
      addressField,
      x.element("label", { for: "pair" }, x.say("coordinates")),
      pair,
      x.element("p", { id: "pair-hint", class: "hint" }, x.say("coordinates_hint")),
      error,
      datums.length > 1
        ? x.element("fieldset", { class: "choices" }, x.element("legend", {}, x.say("datum")), datums)
        : x.element("div", { hidden: true }, datums),
      x.element("button", { class: "primary wide" }, x.say("done")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (pair.value.trim() !== "") {
        const given = parsed(pair.value);
        const datum = form.querySelector("input[name=datum]:checked").value;
        const place = given && x.datum.toWgs84(datum, given);
        if (!place) {
          error.textContent = x.say("coordinates_wrong");
          pair.setAttribute("aria-invalid", "true");
          pair.focus();
          return;
        }
        usePlace({ place, given, datum });
      }
      sheet.close();
    });
    const sheet = x.sheet({ title: x.say("change_place"), content: [form], name: "place" });
  };

  x.placeSheet.parsed = parsed;
})(globalThis.xunjie);
