// What time it is: the phone's clock put right by the server's, and the campaign's own where that stands still.
"use strict";

(function (x) {
  // A phone's clock is left as it is within this; the header of an answer has whole seconds.
  const TRUSTED_MS = 30_000;
  let skew = 0;

  // Learn from an answer how far the phone's clock is off.
  function hear(answer) {
    const said = Date.parse(answer.headers.get("date") || "");
    if (Number.isFinite(said)) {
      const off = said + 500 - Date.now();
      skew = Math.abs(off) > TRUSTED_MS ? off : 0;
    }
  }

  const corrected = (milliseconds) => new Date(milliseconds + skew).toISOString();

  // Whether the campaign's clock stands still: the server says the moment of what is sent then.
  const stands = () => Boolean(x.city.campaigns.find((one) => one.code === x.city.current_campaign).demo_clock);

  x.clock = { hear, corrected, stands, skew: () => skew };
})(globalThis.xunjie);
