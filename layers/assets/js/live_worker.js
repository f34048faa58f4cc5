// One event stream for every open tab of this browser.
"use strict";

const ports = new Set();
let source = null;
let last = null;
let broken = false;

function tell(message) {
  for (const port of ports) {
    port.postMessage(message);
  }
}

function open() {
  if (source || ports.size === 0) {
    return;
  }
  source = new EventSource(last ? `/api/stream?since=${last.data.revision}` : "/api/stream");
  source.onopen = () => {
    broken = false;
    tell({ kind: "open" });
  };
  source.onerror = () => {
    broken = true;
    tell({ kind: "error" });
    // A refused connection is final for an EventSource: make a new one after a while.
    if (source.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(open, 5000);
    }
  };
  source.addEventListener("revision", (event) => {
    last = { kind: "revision", data: JSON.parse(event.data) };
    tell(last);
  });
  source.addEventListener("moment", () => tell({ kind: "moment" }));
  // While the server has lost its database the picture may be old, as without a connection.
  source.addEventListener("health", (event) => {
    broken = JSON.parse(event.data).status !== "ready";
    tell({ kind: broken ? "error" : "open" });
  });
}

function leave(port) {
  ports.delete(port);
  if (ports.size === 0 && source) {
    source.close();
    source = null;
    last = null;
  }
}

self.onconnect = (connection) => {
  const [port] = connection.ports;
  port.onmessage = (event) => {
    if (event.data === "bye") {
      leave(port);
    } else {
      ports.add(port);
      open();
    }
  };
  ports.add(port);
  if (last) {
    // Only the number: a tab opened later did not miss the arrivals, they are in its first picture.
    port.postMessage({ kind: "revision", data: { revision: last.data.revision, issues: [] } });
  }
  if (broken) {
    port.postMessage({ kind: "error" });
  }
  open();
};
