// Choosing a place on the map: a pin that a click, a drag, the arrow keys or the host moves; the host is told where.
"use strict";

(function (x) {
  let pin = null;
  let trace = null; // from the place in focus to the pin
  let begin = null;

  const isOn = () => x.state.pin !== "";

  function placeOf(text) {
    const place = String(text).split(",").map(Number);
    return place.length === 2 && place.every(Number.isFinite) ? place : null;
  }

  function start() {
    if (!isOn()) {
      return;
    }
    document.documentElement.dataset.pin = "true";
    begin = placeOf(x.state.focus.replace(/^spot:/, ""));
    const color = getComputedStyle(document.documentElement).getPropertyValue("--primary").trim();
    trace = L.polyline([], { color, weight: 2.5, dashArray: "1 7", interactive: false }).addTo(x.map);
    draw();
  }

  function draw() {
    const place = placeOf(x.state.pin);
    if (!place || trace === null) {
      return;
    }
    pin ??= x.makePin(place, x.say("pin"), ({ lng, lat }) => put(lng, lat)).addTo(x.map);
    pin.setLatLng([place[1], place[0]]);
    trace.setLatLngs(begin ? [[begin[1], begin[0]], [place[1], place[0]]] : []);
  }

  // Here, says who looks at the map.
  function put(lon, lat) {
    const text = `${lon.toFixed(6)},${lat.toFixed(6)}`;
    x.set({ pin: text });
    draw();
    x.host.post({ type: "xunjie:place", place: text });
  }

  // There, says the host: coordinates were typed.
  function take(text) {
    if (!isOn() || !placeOf(text)) {
      return;
    }
    x.set({ pin: text });
    draw();
    if (pin && !x.map.getBounds().pad(-0.05).contains(pin.getLatLng())) {
      x.map.panTo(pin.getLatLng());
    }
  }

  x.placing = { isOn, start, put, take };
})(window.xunjie);
