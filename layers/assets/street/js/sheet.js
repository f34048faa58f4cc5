// A sheet over the page: from below for a choice, full for a case. Back, Esc and its button close it.
"use strict";

(function (x) {
  const open = [];

  // {content, title, full, onclose}; the answer has `close` and `body`.
  x.sheet = function ({ title, full = false, content = [], onclose = () => {}, name = "" }) {
    const heading = x.element("h2", { tabindex: "-1" }, title);
    const close = x.element("button", { type: "button", class: "icon", "aria-label": x.say("close") }, x.icon(full ? "back" : "close"));
    const head = x.element("header", {}, full ? [close, heading] : [heading, close]);
    const body = x.element("div", { class: "body" }, content);
    const foot = x.element("footer", {});
    const dialog = x.element("dialog", { class: full ? "sheet full" : "sheet", "aria-label": title, "data-sheet": name }, head, body, foot);
    document.body.append(dialog);
    const one = { dialog, body, foot, heading, close: () => dialog.close() };
    close.addEventListener("click", one.close);
    dialog.addEventListener("click", (event) => event.target === dialog && one.close());
    dialog.addEventListener("close", () => {
      open.splice(open.indexOf(one), 1);
      dialog.remove();
      if (history.state?.sheet > open.length) {
        history.back();
      }
      onclose();
    });
    x.hush();
    open.push(one);
    history.pushState({ sheet: open.length }, "");
    dialog.showModal();
    heading.focus();
    // Notices must stand above a modal sheet, which the browser lifts over everything else.
    dialog.append(...x.notices);
    dialog.addEventListener("close", () => (open.at(-1)?.dialog || document.body).append(...x.notices));
    return one;
  };

  addEventListener("popstate", () => {
    const depth = history.state?.sheet || 0;
    while (open.length > depth) {
      const top = open.at(-1);
      top.dialog.close();
      if (open.includes(top)) {
        break;
      }
    }
  });
})(globalThis.xunjie);
