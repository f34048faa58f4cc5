// The four tabs under the thumb. The address says which is open, so that a shortcut and a reload come back to it.
"use strict";

(function (x) {
  const TABS = ["report", "list", "map", "me"];
  let buttons = [];

  function build() {
    buttons = TABS.map((tab) =>
      x.element("button", { type: "button", "data-to": tab, onclick: () => show(tab) }, x.icon(tab), x.element("span", {}, x.say(`tab_${tab}`))),
    );
    return x.element("nav", { class: "tabs", "aria-label": x.say("tabs") }, buttons);
  }

  function show(tab) {
    for (const section of document.querySelectorAll("main > section")) {
      section.hidden = section.dataset.tab !== tab;
    }
    for (const button of buttons) {
      button.toggleAttribute("data-open", button.dataset.to === tab);
      button.dataset.to === tab ? button.setAttribute("aria-current", "page") : button.removeAttribute("aria-current");
    }
    x.hush();
    const address = new URL(location.href);
    address.searchParams.set("tab", tab);
    history.replaceState(history.state, "", address);
    x.emit("tab", tab);
  }

  function first() {
    const asked = new URLSearchParams(location.search).get("tab");
    return TABS.includes(asked) ? asked : TABS[0];
  }

  x.tabs = { build, show, first };
})(globalThis.xunjie);
