// Links out of the phone page, to pages that need a signal: without one they say so and stay.
"use strict";

(function (x) {
  // The address of one of the pages in the language of the phone.
  const pageAddress = (name, query = {}) => `/${name}?${new URLSearchParams({ ...query, lang: x.state.language })}`;

  // An `a` that leads to a page of the program.
  x.pagesLink = function (attributes, name, query, ...content) {
    const stay = (event) => {
      if (navigator.onLine === false) {
        event.preventDefault();
        x.toast(x.say("needs_signal"));
      }
    };
    return x.element("a", { ...attributes, href: pageAddress(name, query), onclick: stay }, ...content);
  };
})(globalThis.xunjie);
