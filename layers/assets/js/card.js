// The card of what was opened: beside its place, with a leader line, never over it.
"use strict";

(function (x) {
  const CIRCLE_PX = 20;
  const GAP_PX = 60;
  const EDGE_PX = 14;
  let card = null;
  let leader = null;
  let shown = null;
  let abort = null;
  let before = null;

  const isOpen = () => shown !== null;

  function create() {
    card = x.element("section", { class: "panel card", role: "dialog", tabindex: "-1" });
    leader = x.svg("svg", { class: "leader", "aria-hidden": "true" }, x.svg("path", {}), x.svg("circle", { r: CIRCLE_PX }));
    x.layout.frame.append(leader, card);
  }

  function show(content, { latLng, circled, rebuild }) {
    if (!card) {
      create();
    }
    if (!isOpen()) {
      before = document.activeElement;
    }
    shown = { latLng, circled, rebuild };
    const close = x.element(
      "button",
      { type: "button", class: "close", "aria-label": x.say("close"), onclick: () => x.drill.clear() },
      "×",
    );
    card.setAttribute("aria-label", content.label);
    card.replaceChildren(close, ...content.nodes);
    card.hidden = false;
    follow();
  }

  // Puts the card on the side with more room; called again whenever the map has moved.
  function follow() {
    if (!isOpen()) {
      return;
    }
    const { clientWidth: width, clientHeight: height } = x.layout.frame;
    const narrow = x.layout.size() === "narrow";
    card.classList.toggle("sheet", narrow);
    leader.classList.toggle("none", narrow || !shown.circled);
    if (narrow) {
      card.style.transform = "";
      return;
    }
    if (!shown.circled) {
      card.style.transform = `translate(${width - card.offsetWidth - EDGE_PX}px, ${belowTopRight()}px)`;
      return;
    }
    const at = x.map.latLngToContainerPoint(shown.latLng);
    const toRight = width - at.x > at.x - leftPanels();
    const wished = toRight ? at.x + GAP_PX : at.x - GAP_PX - card.offsetWidth;
    const left = clamp(wished, EDGE_PX, width - card.offsetWidth - EDGE_PX);
    const top = clamp(at.y - card.offsetHeight / 3, EDGE_PX + 44, height - card.offsetHeight - 40);
    card.style.transform = `translate(${left}px, ${top}px)`;
    drawLeader(at, toRight ? left : left + card.offsetWidth, clamp(at.y, top + 20, top + card.offsetHeight - 20));
  }

  // A place fills the map: its card stands in the corner, under what is there already.
  function belowTopRight() {
    const panels = [...document.querySelectorAll(".corner.top-right > *")];
    const frame = x.layout.frame.getBoundingClientRect();
    return Math.max(EDGE_PX, ...panels.map((panel) => panel.getBoundingClientRect().bottom - frame.top)) + 12;
  }

  // How far panels reach in from the left edge.
  function leftPanels() {
    const edges = [...document.querySelectorAll(".corner.top-left [data-covers]")];
    return Math.max(0, ...edges.map((panel) => panel.getBoundingClientRect().right));
  }

  const clamp = (value, low, high) => Math.max(low, Math.min(value, high));

  function drawLeader(at, edge, level) {
    const [path, circle] = leader.children;
    circle.setAttribute("cx", at.x);
    circle.setAttribute("cy", at.y);
    const side = Math.sign(edge - at.x) || 1;
    path.setAttribute("d", `M${at.x + side * CIRCLE_PX} ${at.y}H${at.x + side * (CIRCLE_PX + 12)}L${edge} ${level}`);
  }

  function close({ quiet = false } = {}) {
    if (abort) {
      abort.abort();
      abort = null;
    }
    if (!isOpen()) {
      return;
    }
    shown = null;
    card.hidden = true;
    leader.classList.add("none");
    if (!quiet) {
      x.host.post({ type: "xunjie:clear" });
    }
    before?.focus?.({ preventScroll: true });
  }

  // A subdistrict or a road: its figures are in the picture already.
  function openPlace(kind, code) {
    const content = x.cardContent.place(kind, code);
    if (content) {
      show(content, { latLng: content.latLng, circled: false, rebuild: () => openPlace(kind, code) });
    }
  }

  // An issue or a point: its record is fetched.
  async function openRecord(kind, identity, { move = false } = {}) {
    abort?.abort();
    abort = new AbortController();
    const path = kind === "issue" ? "issues" : "points";
    let record;
    try {
      record = await x.feed.get(`/api/${path}/${encodeURIComponent(identity)}`, abort.signal);
    } catch (error) {
      if (error.name !== "AbortError") {
        x.status.announce(() => ["record_failed"]);
      }
      return;
    }
    const rebuild = () => {
      const content = x.cardContent[kind](record);
      show(content, { latLng: content.latLng, circled: true, rebuild });
    };
    if (move) {
      x.map.setView(x.cardContent.placeOf(record), Math.max(15, x.map.getZoom()), { animate: false });
    }
    rebuild();
    card.focus({ preventScroll: true });
  }

  function redraw() {
    if (isOpen()) {
      shown.rebuild();
    }
  }

  // New figures for a place; the record of an issue or a point is not asked for again.
  function refresh() {
    if (isOpen() && !shown.circled) {
      shown.rebuild();
    }
  }

  x.card = { openPlace, openRecord, close, follow, redraw, refresh, isOpen };
})(window.xunjie);
