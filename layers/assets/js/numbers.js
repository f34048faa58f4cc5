// How figures, rates, bounds, lengths and times are written (design notes, section 5).
"use strict";

(function (x) {
  const NONE = "—";

  const whole = (value) => Math.round(value).toLocaleString("en-US");

  function count(value) {
    if (value === null || value === undefined) {
      return NONE;
    }
    // Lines and polygons are shared between places: one decimal where a count is not whole.
    return Math.abs(value - Math.round(value)) < 0.05 ? whole(value) : value.toFixed(1);
  }

  function bounded(value, bound) {
    if (bound === "ge") {
      return `${count(value)}+`;
    }
    return bound === "approx" ? x.say("about", { n: count(value) }) : count(value);
  }

  // 100% only when both are equal; below that it is never rounded up to it.
  function percent(part, n) {
    if (n < 5) {
      return NONE;
    }
    if (part === n) {
      return "100%";
    }
    return `${Math.min(99.9, (part / n) * 100).toFixed(1)}%`;
  }

  function wilson(part, n) {
    const z = 1.959963984540054;
    const centre = (part + (z * z) / 2) / (n + z * z);
    const half = (z / (n + z * z)) * Math.sqrt((part * (n - part)) / n + (z * z) / 4);
    return [Math.max(0, centre - half) * 100, Math.min(1, centre + half) * 100];
  }

  function interval(part, n) {
    const [low, high] = wilson(part, n);
    const top = high >= 99.95 ? "100" : high.toFixed(1);
    return `${low.toFixed(1)}–${top}%`;
  }

  function density(value) {
    if (value === null || value === undefined) {
      return NONE;
    }
    if (value === 0) {
      return "0";
    }
    return value >= 9.95 ? whole(value) : value.toFixed(1);
  }

  function length(metres) {
    if (metres < 999.5) {
      return x.say("length_m", { n: whole(metres) });
    }
    return x.say("length_km", { n: (metres / 1000).toFixed(1) });
  }

  // Times are written as they come: in the offset of the city, never in the browser's.
  function parts(iso) {
    const found = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(iso || "");
    return found && { year: found[1], month: Number(found[2]), day: Number(found[3]), clock: `${found[4]}:${found[5]}` };
  }

  function monthName(month) {
    return x.say("months").split(" ")[month - 1];
  }

  // The year is said where the campaign spans more than one.
  function day(iso) {
    const p = parts(iso);
    const values = p && { ...p, month_name: monthName(p.month) };
    return p ? x.say(severalYears() ? "day_of_year" : "day", values) : NONE;
  }

  function severalYears() {
    const campaign = x.city.campaigns.find((entry) => entry.code === x.city.current_campaign);
    return campaign.start.slice(0, 4) !== campaign.end.slice(0, 4);
  }

  function dayAndTime(iso) {
    const p = parts(iso);
    return p ? `${day(iso)} ${p.clock}` : NONE;
  }

  function clock(iso) {
    const p = parts(iso);
    return p ? p.clock : NONE;
  }

  function period(since, until) {
    if (!since || !until) {
      return "";
    }
    return x.say("period", { since: day(since), until: day(until) });
  }

  x.numbers = { NONE, count, bounded, percent, interval, density, length, day, dayAndTime, clock, period };
})(window.xunjie);
