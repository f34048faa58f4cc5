// Where the phone is: asked of the browser only when somebody taps for it, and told with its error.
"use strict";

(function (x) {
  const OPTIONS = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 5_000 };
  const WHY = { 1: "position_denied", 2: "position_unavailable", 3: "position_timeout" };
  let last = null;

  // {place: [lon, lat] in WGS-84, accuracy in metres, at}; rejects with a sentence for people.
  function ask() {
    if (!("geolocation" in navigator) || !globalThis.isSecureContext) {
      return Promise.reject(new x.Told(x.say("position_insecure")));
    }
    return new Promise((resolve, reject) => {
      navigator.geolocation.getCurrentPosition(
        ({ coords, timestamp }) => {
          last = { place: [coords.longitude, coords.latitude], accuracy: coords.accuracy, at: timestamp };
          x.emit("position", last);
          resolve(last);
        },
        (error) => reject(new x.Told(x.say(WHY[error.code] || "position_unavailable"))),
        OPTIONS,
      );
    });
  }

  x.position = { ask, last: () => last };
})(globalThis.xunjie);
