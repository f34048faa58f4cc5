// The panel that chooses one layer and any overlays, with their units and counts.
"use strict";

(function (x) {
  const ICON = { open: "handling", points: "first_ok", closed: "closed" };
  let panel = null;

  const offered = { roads: () => x.city.roads, responsibility: () => x.state.duties && x.city.duties };
  const available = () => x.choices.LAYERS.filter((name) => !offered[name] || offered[name]());

  function unitOf(name) {
    return name === "plain" || name === "responsibility" ? "" : x.say(`layer_${name}_unit`);
  }

  function layerRow(name, position) {
    return x.element(
      "label",
      { class: "choice", "data-layer": name, title: x.say("key_hint", { key: position + 1 }) },
      x.element("input", {
        type: "radio",
        name: "layer",
        value: name,
        checked: x.state.layer === name,
        onchange: () => choose({ layer: name, isolatedClass: null }),
      }),
      x.element("span", { class: "name" }, x.say(`layer_${name}`)),
      x.element("span", { class: "unit" }, unitOf(name)),
    );
  }

  function countOf(name) {
    const { summary } = x.feed.data;
    if (!summary) {
      return x.numbers.NONE;
    }
    const counts = { open: summary.issues.in_progress, closed: summary.issues.rectified, points: summary.points.total };
    return x.numbers.count(counts[name]);
  }

  function overlayRow(name) {
    return x.element(
      "label",
      { class: "choice", "data-overlay": name, title: x.say(`show_${name}`) },
      x.element("input", { type: "checkbox", value: name, checked: x.shows(name), onchange: () => toggle(name) }),
      x.symbols.picture(ICON[name], 12),
      x.element("span", { class: "name" }, x.say(`show_${name}`)),
      x.element("span", { class: "unit count" }, countOf(name)),
    );
  }

  function choose(changes) {
    x.set(changes);
    x.emit("chosen");
  }

  function toggle(name) {
    x.toggle(name);
    x.emit("chosen");
  }

  function draw() {
    const focused = document.activeElement && panel && panel.contains(document.activeElement);
    const value = focused ? document.activeElement.value : null;
    const overlays = ["open", "points", ...(x.layers.issues.drawsClosed() || x.shows("closed") ? ["closed"] : [])];
    const content = [
      x.element(
        "fieldset",
        { class: "layers" },
        x.element("legend", {}, x.say("layers")),
        available().map(layerRow),
      ),
      x.element(
        "fieldset",
        { class: "overlays" },
        x.element("legend", { class: "visually-hidden" }, x.say("overlays")),
        overlays.map(overlayRow),
      ),
    ];
    if (!panel) {
      panel = x.element("section", { class: "panel switch", "data-covers": true });
      x.layout.add("layers", panel);
    }
    panel.replaceChildren(...content);
    if (value) {
      panel.querySelector(`input[value="${value}"]`)?.focus();
    }
  }

  x.layerSwitch = { draw, available };
})(window.xunjie);
