// One A4 landscape page of the current map: the map takes the paper's size while printing.
"use strict";

(function (x) {
  let before = null;

  function prepare() {
    before = { bounds: x.map.getBounds() };
    document.documentElement.classList.add("printing");
    x.layout.arrange();
    x.map.invalidateSize({ animate: false });
    x.map.fitBounds(before.bounds, { animate: false });
    x.labels.draw();
  }

  function restore() {
    document.documentElement.classList.remove("printing");
    x.layout.arrange();
    x.map.invalidateSize({ animate: false });
    x.map.fitBounds(before.bounds, { animate: false });
  }

  function start() {
    window.addEventListener("beforeprint", prepare);
    window.addEventListener("afterprint", restore);
  }

  x.printing = { start };
})(window.xunjie);
