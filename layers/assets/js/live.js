// Changes as they happen: one event stream for all tabs, by a SharedWorker where the browser has one.
"use strict";

(function (x) {
  const RING_MS = 1200;
  const RING_STILL_MS = 3000;
  const RING_RADIUS_PX = 26;
  const AGAIN_MS = 5000;
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");

  function ring({ lon, lat, stage }) {
    const look = x.symbols.look(stage === "overdue" ? "overdue" : "handling");
    const still = reduced.matches ? " still" : "";
    const node = x.element("div", { class: `arrival${still}` });
    node.style.borderColor = look.colour;
    const size = RING_RADIUS_PX * 2;
    const icon = L.divIcon({ html: node, className: "", iconSize: [size, size] });
    const marker = L.marker([lat, lon], { icon, pane: "rings", interactive: false, keyboard: false }).addTo(x.map);
    setTimeout(() => marker.remove(), reduced.matches ? RING_STILL_MS : RING_MS);
  }

  function announce(issue) {
    const type = x.city.types.find((entry) => entry.code === issue.type);
    const name = () => (type ? x.nameOf(type.name) : issue.type);
    x.status.announce(() => ["arrived", { at: x.numbers.clock(issue.reported_at), type: name() }]);
  }

  // The newest revision that was told; what a change says it follows must be known, else anything may have changed.
  let heard = null;

  function revision(change) {
    x.emit("stale", false);
    const known = heard === null ? x.state.revision : heard;
    if (known !== null && change.revision <= known) {
      return;
    }
    heard = change.revision;
    x.state.revision = Math.max(change.revision, x.state.revision || 0);
    x.host.post({ type: "xunjie:revision", revision: change.revision });
    const follows = typeof change.since === "number" && known !== null && change.since <= known;
    const delta = follows ? change : { ...change, since: null };
    x.layers.heat.doubt(delta);
    x.feed.changed(delta);
    for (const issue of change.issues || []) {
      ring(issue);
    }
    const newest = (change.issues || []).filter((issue) => issue.new).at(-1);
    if (newest) {
      announce(newest);
    }
  }

  // Nothing was written, but a deadline has passed: what any answer says of it may no longer hold.
  function moment() {
    x.host.post({ type: "xunjie:moment" });
    x.feed.soon({ fresh: true });
  }

  function receive(message) {
    if (message.kind === "revision") {
      revision(message.data);
    } else if (message.kind === "moment") {
      moment();
    } else if (message.kind === "open") {
      x.emit("stale", false);
    } else {
      x.emit("stale", true);
    }
  }

  function byWorker() {
    const worker = new SharedWorker(document.documentElement.dataset.worker, { name: "xunjie-live" });
    worker.port.onmessage = (event) => receive(event.data);
    worker.port.start();
    window.addEventListener("pagehide", () => worker.port.postMessage("bye"));
    window.addEventListener("pageshow", (event) => event.persisted && worker.port.postMessage("hello"));
  }

  // Without SharedWorker only a visible tab holds a stream: a browser allows six connections a host.
  function byPage() {
    let source = null;
    function follow() {
      if (document.hidden) {
        source?.close();
        source = null;
      } else if (!source) {
        // What a tab missed while it was hidden is told at once, as to one that lost its connection.
        const known = heard === null ? x.state.revision : heard;
        source = new EventSource(known === null ? "/api/stream" : `/api/stream?since=${known}`);
        source.onopen = () => receive({ kind: "open" });
        source.onerror = () => {
          receive({ kind: "error" });
          // A refused connection is final for an EventSource: make a new one after a while.
          if (source && source.readyState === EventSource.CLOSED) {
            source = null;
            setTimeout(follow, AGAIN_MS);
          }
        };
        source.addEventListener("revision", (event) => receive({ kind: "revision", data: JSON.parse(event.data) }));
        source.addEventListener("moment", () => receive({ kind: "moment" }));
        source.addEventListener("health", (event) => {
          receive({ kind: JSON.parse(event.data).status === "ready" ? "open" : "error" });
        });
      }
    }
    document.addEventListener("visibilitychange", follow);
    follow();
  }

  function start() {
    if ("SharedWorker" in window) {
      byWorker();
    } else {
      byPage();
    }
  }

  x.live = { start, receive };
})(window.xunjie);
