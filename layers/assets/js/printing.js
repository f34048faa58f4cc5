// One A4 landscape page of the current map: while printing it takes the paper's size, and light colours.
"use strict";

(function (x) {
  let before = null;

  function prepare() {
    before = { bounds: x.map.getBounds(), theme: x.state.theme };
    document.documentElement.classList.add("printing");
    paint("light");
    x.map.fitBounds(before.bounds, { animate: false });
  }

  function paint(theme) {
    x.state.theme = theme;
    document.documentElement.dataset.theme = theme;
    x.layout.arrange();
    x.map.invalidateSize({ animate: false });
    x.repaint();
  }

  function restore() {
    document.documentElement.classList.remove("printing");
    paint(before.theme);
    x.map.fitBounds(before.bounds, { animate: false });
  }

  function start() {
    window.addEventListener("beforeprint", prepare);
    window.addEventListener("afterprint", restore);
  }

  x.printing = { start };
})(window.xunjie);
