// The badge that says what on this map is not real, and the attribution that is always in sight.
"use strict";

(function (x) {
  let badge = null;
  let attribution = null;

  function parts() {
    const { summary } = x.feed.data;
    const { areas, roads } = x.city;
    return [
      summary && summary.synthetic ? x.say("badge_synthetic") : null,
      areas.quality === "approximate" ? x.say("badge_areas") : null,
      roads && roads.quality === "schematic" ? x.say("badge_roads") : null,
    ].filter(Boolean);
  }

  function draw() {
    if (!badge) {
      badge = x.element("p", { class: "badge", "data-covers": true });
      attribution = x.element("p", { class: "attribution", "data-covers": true });
      x.layout.add("badge", badge);
      x.layout.add("attribution", attribution);
    }
    const sentences = parts();
    badge.hidden = sentences.length === 0;
    badge.replaceChildren(x.element("span", {}, sentences.join(" · ")));
    attribution.textContent = x.city.attribution.map((name) => x.nameOf(name)).join(" · ");
  }

  x.badge = { draw };
})(window.xunjie);
