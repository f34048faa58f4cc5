// The one namespace of page and service worker: its parts, and the small messages they send each other.
"use strict";

globalThis.xunjie = (function () {
  const listeners = new Map();

  // The answer ends it.
  function on(event, listener) {
    listeners.set(event, [...(listeners.get(event) || []), listener]);
    return () => listeners.set(event, listeners.get(event).filter((one) => one !== listener));
  }

  function emit(event, detail) {
    for (const listener of listeners.get(event) || []) {
      listener(detail);
    }
  }

  // What happened in the other one, page or worker, is told here too.
  const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("xunjie-street") : null;
  if (channel) {
    channel.onmessage = (message) => emit(message.data.event, message.data.detail);
  }

  function tell(event, detail) {
    emit(event, detail);
    channel?.postMessage({ event, detail });
  }

  return { on, emit, tell, inPage: typeof document !== "undefined" };
})();
