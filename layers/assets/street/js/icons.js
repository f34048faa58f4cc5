// The few drawings of buttons and tabs, in a box of 24 × 24; decorative, since text or a label always stands with them.
"use strict";

(function (x) {
  const PATHS = {
    report: "M12 5v14M5 12h14",
    list: "M4 6h16M4 12h11M4 18h16",
    map: "M12 21s-7-6.2-7-11.2A7 7 0 0 1 19 9.8C19 14.8 12 21 12 21zM12 12.2a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z",
    me: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.900 2 7.500 6",
    pages: "M4 4h6.500v6.500H4zM13.500 4H20v6.500h-6.500zM4 13.500h6.500V20H4zM13.500 13.500H20V20h-6.500z",
    back: "M15 5l-7 7 7 7",
    close: "M6 6l12 12M18 6L6 18",
    next: "M9 5l7 7-7 7",
    locate: "M12 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM12 2v4M12 18v4M2 12h4M18 12h4",
    camera: "M4 8h3.500l1.500-2.500h6L16.500 8H20v11H4zM12 16.500a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400z",
    gallery: "M4 5h16v14H4zM4 16l5-5 4 4 2.500-2.500L20 17M15.500 9.500h.01",
    waiting: "M12 4v11M7 10.500l5 5 5-5M5 20h14",
    synced: "M5 12.500l4.500 4.500L19 7.500",
    sending: "M12 20V9M7 13.500l5-5 5 5M5 4h14",
    alert: "M12 4L2.500 20h19zM12 10v4.500M12 17.300v.01",
    search: "M11 17a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM15.500 15.500L20 20",
    refresh: "M19.500 12a7.500 7.500 0 1 1-2.200-5.300M19.500 4v4.500H15",
  };

  x.icon = (name, className = "") =>
    x.svg(
      "svg",
      { viewBox: "0 0 24 24", class: `drawing ${className}`.trim(), "aria-hidden": "true", focusable: "false" },
      x.svg("path", { d: PATHS[name] }),
    );
})(globalThis.xunjie);
