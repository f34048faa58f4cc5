// What is being looked at: language, theme, layer, overlays, filter. Everything else follows from it.
"use strict";

(function (x) {
  const OWN_KEYS = ["lang", "theme", "layer", "show", "scale", "embed", "focus", "aim", "pin"];
  const LAYERS = ["subdistricts", "roads", "heat", "plain", "responsibility"];
  const OVERLAYS = ["open", "points", "closed"];
  const LANGUAGES = ["zh-CN", "en"];
  const root = document.documentElement;

  const query = new URLSearchParams(location.search);
  const one = (value, allowed, otherwise) => (allowed.includes(value) ? value : otherwise);

  function overlays(text) {
    return text === null ? ["open"] : text.split(",").filter((name) => OVERLAYS.includes(name));
  }

  function filterOf(parameters) {
    const kept = new URLSearchParams();
    for (const [key, value] of parameters) {
      if (!OWN_KEYS.includes(key)) {
        kept.append(key, value);
      }
    }
    return kept.toString();
  }

  const page = root.dataset.page;
  x.state = {
    page,
    embedded: query.get("embed") === "1" && window.parent !== window,
    aim: query.get("aim") === "1",
    pin: query.get("pin") || "",
    language: one(query.get("lang"), LANGUAGES, root.lang),
    theme: one(query.get("theme"), ["light", "dark"], root.dataset.theme),
    layer: one(query.get("layer"), LAYERS, page === "wall" ? "heat" : "subdistricts"),
    show: overlays(query.get("show")),
    filter: filterOf(query),
    focus: query.get("focus") || "",
    scale: Math.min(3, Math.max(0.5, Number(query.get("scale")) || 1)),
    duties: query.get("layer") === "responsibility", // only a page that is about it offers that layer
    isolatedClass: null,
    // Read by tests and by hosts:
    ready: false,
    revision: null,
    asOf: null,
    n: null,
    areasDrawn: 0,
    stale: false,
  };

  // Changes some keys and says which ones really changed.
  x.set = function (changes) {
    const changed = Object.keys(changes).filter(
      (key) => JSON.stringify(x.state[key]) !== JSON.stringify(changes[key]),
    );
    Object.assign(x.state, changes);
    if (changed.length) {
      x.emit("state", changed);
    }
  };

  x.shows = (overlay) => x.state.show.includes(overlay);

  x.toggle = function (overlay) {
    const without = x.state.show.filter((name) => name !== overlay);
    x.set({ show: without.length < x.state.show.length ? without : [...without, overlay] });
  };

  // The filter with some keys replaced: {key: [values]}; an empty list removes the key.
  x.filterWith = function (replacements, filter = x.state.filter) {
    const parameters = new URLSearchParams(filter);
    for (const [key, values] of Object.entries(replacements)) {
      parameters.delete(key);
      for (const value of values) {
        parameters.append(key, value);
      }
    }
    return parameters.toString();
  };

  x.filterValues = (key) => new URLSearchParams(x.state.filter).getAll(key);

  // Takes over what an address says: after Back, or from a message of the host.
  x.stateFromAddress = function (search) {
    const parameters = new URLSearchParams(search);
    x.set({ filter: filterOf(parameters), focus: parameters.get("focus") || "" });
  };
  x.choices = { LAYERS, OVERLAYS, LANGUAGES, overlays, one };
})(window.xunjie);
