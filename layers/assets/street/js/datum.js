// The two Chinese map datums, to and from WGS-84, as the server's geo/datum.py has them; degrees in, degrees out.
"use strict";

(function (x) {
  const SEMI_MAJOR_M = 6378245.0; // Krasovsky 1940
  const ECCENTRICITY2 = 0.00669342162296594323;
  const BD = [0.0065, 0.006];
  const BD_WAVES = 3000.0;
  const ROUNDS = 8;
  const { PI, sin, cos, sqrt, abs, hypot, atan2 } = Math;
  const radians = (degrees) => (degrees * PI) / 180;
  const degrees = (angle) => (angle * 180) / PI;

  const waves = (t, a, b, c, d) => a * sin(PI * t) + b * sin((PI / 3) * t) + c * sin((PI / 12) * t) + d * sin((PI / 30) * t);

  function toGcj02([lon, lat]) {
    const [x0, y0] = [lon - 105, lat - 35];
    const shared = 2 * sin(6 * PI * x0) + 2 * sin(2 * PI * x0);
    let east = 300 + x0 + 2 * y0 + 0.1 * x0 * x0 + 0.1 * x0 * y0 + 0.1 * sqrt(abs(x0));
    east += (20 / 3) * (shared + waves(x0, 2, 4, 15, 30));
    let north = -100 + 2 * x0 + 3 * y0 + 0.2 * y0 * y0 + 0.1 * x0 * y0 + 0.2 * sqrt(abs(x0));
    north += (20 / 3) * (shared + waves(y0, 2, 4, 16, 32));
    const phi = radians(lat);
    const flattening = 1 - ECCENTRICITY2 * sin(phi) ** 2;
    const northRadius = (SEMI_MAJOR_M * (1 - ECCENTRICITY2)) / flattening ** 1.5;
    const eastRadius = (SEMI_MAJOR_M * cos(phi)) / sqrt(flattening);
    return [lon + degrees(east / eastRadius), lat + degrees(north / northRadius)];
  }

  function gcj02ToBd09([lon, lat]) {
    const radius = hypot(lon, lat) + 0.00002 * sin(BD_WAVES * radians(lat));
    const angle = atan2(lat, lon) + 0.000003 * cos(BD_WAVES * radians(lon));
    return [radius * cos(angle) + BD[0], radius * sin(angle) + BD[1]];
  }

  // What the guess misses after `forward` is taken off the guess.
  function inverse(forward, there) {
    let guess = [...there];
    for (let i = 0; i < ROUNDS; i += 1) {
      const found = forward(guess);
      guess = [guess[0] - (found[0] - there[0]), guess[1] - (found[1] - there[1])];
    }
    return guess;
  }

  const FROM_WGS84 = { wgs84: (place) => place, gcj02: toGcj02, bd09: (place) => gcj02ToBd09(toGcj02(place)) };
  const fromWgs84 = (datum, place) => FROM_WGS84[datum](place);
  const toWgs84 = (datum, place) => (datum === "wgs84" ? place : inverse(FROM_WGS84[datum], place));

  // The datums that a position may be declared in here.
  const allowed = () => (x.city.mainland_china ? ["wgs84", "gcj02", "bd09"] : ["wgs84"]);

  x.datum = { fromWgs84, toWgs84, allowed };
})(globalThis.xunjie);
