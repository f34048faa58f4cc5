// The service worker: it keeps the page on the phone, release by release, and sends what waits when there is a signal.
"use strict";

(function (x) {
  const { release, page, files } = self.xunjieShell;
  const PREFIX = "xunjie-street-";
  const CACHE = PREFIX + release;

  self.addEventListener("install", (event) => {
    event.waitUntil(
      (async () => {
        const cache = await caches.open(CACHE);
        await cache.addAll([new Request(page, { cache: "reload" }), ...files]);
      })(),
    );
  });

  self.addEventListener("activate", (event) => {
    event.waitUntil(
      (async () => {
        const names = await caches.keys();
        const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
        await Promise.all(old.map((name) => caches.delete(name)));
        await self.clients.claim();
      })(),
    );
  });

  self.addEventListener("message", (event) => {
    if (event.data === "take over") {
      self.skipWaiting();
    }
  });

  // The page and its files from this release's cache; all else (data, other pages) goes the usual way.
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) {
      return;
    }
    if (request.mode === "navigate" && url.pathname === page) {
      event.respondWith(kept(page, request));
    } else if (files.includes(url.pathname)) {
      event.respondWith(kept(url.pathname, request));
    }
  });

  async function kept(path, request) {
    const cache = await caches.open(CACHE);
    return (await cache.match(path)) || fetch(request);
  }

  self.addEventListener("sync", (event) => {
    if (event.tag === "outbox") {
      event.waitUntil(
        x.sender.drain().then((outcome) => {
          if (outcome.kind === "down" || outcome.kind === "offline") {
            throw new Error("not all could be sent"); // the browser calls again, later and later
          }
        }),
      );
    }
  });
})(globalThis.xunjie);
