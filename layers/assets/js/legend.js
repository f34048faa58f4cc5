// The legend: one panel, always in the same order; on a narrow page a sheet opened by a button.
"use strict";

(function (x) {
  let panel = null;
  let button = null;
  let open = false;

  function create() {
    panel = x.element("section", { class: "panel legend", "data-covers": true, id: "legend" });
    button = x.element(
      "button",
      { type: "button", class: "sheet-button", "aria-controls": "legend", onclick: () => setOpen(!open) },
    );
    x.layout.add("legend", x.element("div", { class: "legend-holder" }, button, panel));
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && open) {
        event.stopPropagation();
        setOpen(false);
        button.focus();
      }
    });
  }

  function setOpen(value) {
    open = value;
    panel.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
    button.textContent = x.say("legend");
  }

  function draw() {
    if (!panel) {
      create();
    }
    const held = panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    panel.setAttribute("aria-label", x.say("legend"));
    const label = x.say("legend_close");
    const close = () => {
      setOpen(false);
      button.focus();
    };
    const closing = x.element("button", { type: "button", class: "sheet-close", "aria-label": label, onclick: close }, "×");
    panel.replaceChildren(closing, ...x.legendContent());
    if (held) {
      panel.querySelector(`[data-key="${held}"]`)?.focus();
    }
    setOpen(open);
  }

  x.legend = { draw };
})(window.xunjie);
