// What is being written and not yet handed in: kept on the phone at every pause, so that a closed page loses nothing.
"use strict";

(function (x) {
  const PAUSE_MS = 250;
  const timers = new Map();

  // Keep `content` under `name` soon; `flush` at once.
  function keep(name, content) {
    clearTimeout(timers.get(name)?.timer);
    timers.set(name, { content, timer: setTimeout(() => flush(name), PAUSE_MS) });
  }

  async function flush(name) {
    const waiting = timers.get(name);
    if (!waiting) {
      return;
    }
    clearTimeout(waiting.timer);
    timers.delete(name);
    try {
      await x.database.keep(name, waiting.content);
    } catch (error) {
      x.storageTrouble(error);
    }
  }

  function forget(name) {
    clearTimeout(timers.get(name)?.timer);
    timers.delete(name);
  }

  const flushAll = () => [...timers.keys()].forEach(flush);
  addEventListener("pagehide", flushAll);
  document.addEventListener("visibilitychange", flushAll);

  const read = (name) => x.database.kept(name, null);

  // Photos that no draft and no entry names any more leave the phone.
  async function sweep() {
    await x.database.writing(["photos", "entries", "kept"], async (photos, entries, kept) => {
      const keys = await x.database.answer(photos.getAllKeys());
      const rows = await x.database.answer(entries.getAll());
      const drafts = (await x.database.answer(kept.getAll())).filter((row) => row.name.startsWith("draft"));
      const named = new Set([
        ...rows.flatMap((entry) => x.outbox.photoKeys(entry)),
        ...drafts.flatMap((row) => (row.value.photos || []).map((photo) => photo.key)),
      ]);
      keys.filter((key) => !named.has(key)).forEach((key) => photos.delete(key));
    });
  }

  x.drafts = { keep, flush, forget, read, sweep };
})(globalThis.xunjie);
