// Holds the map page in a frame: mounts once, is told of changes by messages, reports picks to Python.
const views = new WeakMap();
const PACE_MS = 1000;
const PACE_SHARE = 5;
const SLOWEST_MS = 20000;
const TOLD = ["filter", "lang", "theme", "layer", "show", "focus", "pin"];

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement);
  if (!view) {
    view = mount(parentElement, data);
    views.set(parentElement, view);
  }
  view.trigger = setTriggerValue;
  view.update(data);
}

function mount(parent, data) {
  const holder = document.createElement("div");
  holder.className = "holder loading " + data.size;
  const frame = document.createElement("iframe");
  frame.title = data.title;
  frame.src = data.src;
  frame.allow = "fullscreen";
  holder.append(frame);
  if (data.aim) {
    const aim = document.createElement("div");
    aim.className = "aim";
    holder.append(aim);
  }
  parent.append(holder);

  const view = { trigger: null, data, ready: false, sent: pick(data), timers: {}, bbox: null, toldBox: null,
    revision: 0, shown: data.revision, moment: false, askedAt: 0, nextRun: 0 };

  view.update = (next) => {
    if (view.askedAt) {
      const took = performance.now() - view.askedAt;
      view.nextRun = Math.max(view.nextRun, view.askedAt + Math.min(PACE_SHARE * took, SLOWEST_MS));
      view.askedAt = 0;
    }
    view.data = next;
    view.shown = Math.max(view.shown, next.revision);
    frame.title = next.title;
    say("xunjie:clock", next.clock[0]);
    if (!next.wants_view) view.toldBox = null;
    else if (view.ready) later("view", 0, tellView);
    if (!view.ready) return;
    const change = {};
    for (const key of TOLD) if (next[key] !== view.sent[key]) change[key] = next[key];
    if (Object.keys(change).length === 0) return;
    Object.assign(view.sent, change);
    frame.contentWindow.postMessage({ type: "xunjie:set", ...change }, location.origin);
  };

  const later = (name, wait, act) => {
    clearTimeout(view.timers[name]);
    view.timers[name] = setTimeout(act, wait);
  };

  // The page's figures follow a change at once, or within the time that the server needs for all the pages that are
  // open; changes that keep coming at that pace, and the slower the longer a run takes to be answered.
  const behind = () => view.revision > view.shown || view.moment;
  const follow = () => {
    if (!behind() || document.hidden || view.timers.revision) return;
    const wait = Math.max(Math.random() * view.data.pace, view.nextRun - performance.now());
    view.timers.revision = setTimeout(() => {
      view.timers.revision = 0;
      if (document.hidden || !frame.isConnected || !behind()) return;
      view.shown = Math.max(view.shown, view.revision);
      view.moment = false;
      view.askedAt = performance.now();
      view.nextRun = view.askedAt + Math.max(PACE_MS, view.data.pace);
      view.trigger("revision", view.shown);
    }, wait);
  };

  const tellView = () => {
    if (!view.bbox || view.bbox === view.toldBox) return;
    view.toldBox = view.bbox;
    view.trigger("view", view.bbox);
  };

  const hear = (event) => {
    if (!frame.isConnected) {
      window.removeEventListener("message", hear);
      return;
    }
    if (event.origin !== location.origin || event.source !== frame.contentWindow) return;
    const message = event.data;
    if (!message || typeof message.type !== "string") return;
    switch (message.type) {
      case "xunjie:ready":
        view.ready = true;
        holder.classList.remove("loading");
        view.update(view.data);
        break;
      case "xunjie:pick":
        view.trigger("pick", { kind: String(message.kind), code: String(message.code) });
        break;
      case "xunjie:hover":
        say("xunjie:highlight", { kind: String(message.kind ?? ""), code: String(message.code ?? "") });
        break;
      case "xunjie:clear":
        view.trigger("clear", true);
        break;
      case "xunjie:layer": {
        const shown = Array.isArray(message.show) ? message.show.join(",") : String(message.show ?? view.sent.show);
        const layer = String(message.layer ?? view.sent.layer);
        if (layer === view.sent.layer && shown === view.sent.show) break;
        view.sent.layer = layer; // what the map already shows is not sent back to it
        view.sent.show = shown;
        later("layer", 250, () => view.trigger("layer", { layer, show: shown }));
        break;
      }
      case "xunjie:revision":
        view.revision = Math.max(view.revision, Number(message.revision) || 0);
        follow();
        break;
      case "xunjie:moment": // a deadline has passed: the figures are others at the same revision
        view.moment = true;
        follow();
        break;
      case "xunjie:place":
        view.sent.pin = String(message.place); // where the map has it already
        later("place", 150, () => view.trigger("place", view.sent.pin));
        break;
      case "xunjie:view":
        view.bbox = String(message.bbox);
        if (view.data.wants_view) later("view", 400, tellView);
        break;
      case "xunjie:period":
        later("period", 250, () => view.trigger("period", { since: message.since ?? null, until: message.until ?? null }));
        break;
    }
  };
  // A row of a list on this page is pointed at: the map highlights its feature.
  const point = (event) => {
    if (!frame.isConnected) window.removeEventListener("xunjie:row", point);
    else if (view.ready) frame.contentWindow.postMessage({ type: "xunjie:hover", ...event.detail }, location.origin);
  };
  window.addEventListener("message", hear);
  // A page that nobody sees catches up when it is looked at again.
  const look = () => (frame.isConnected ? follow() : document.removeEventListener("visibilitychange", look));
  document.addEventListener("visibilitychange", look);
  window.addEventListener("xunjie:row", point);
  return view;
}

function say(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}

function pick(data) {
  return Object.fromEntries(TOLD.map((key) => [key, data[key]]));
}
