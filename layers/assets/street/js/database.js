// What the phone keeps: one database, and each thing that is kept is written whole or not at all.
"use strict";

(function (x) {
  const NAME = "xunjie-street";
  const VERSION = 1;
  let opening = null;

  function upgrade(database) {
    database.createObjectStore("entries", { keyPath: "id" }).createIndex("seq", "seq", { unique: true });
    database.createObjectStore("photos", { keyPath: "key" });
    database.createObjectStore("kept", { keyPath: "name" });
    database.createObjectStore("cases", { keyPath: "id" });
  }

  function open() {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => upgrade(request.result);
      request.onsuccess = () => {
        const database = request.result;
        // Another tab wants a newer form, or the browser took the database away: open again at the next use.
        const forget = () => {
          database.close();
          opening = null;
        };
        database.onversionchange = forget;
        database.onclose = forget;
        resolve(database);
      };
      request.onerror = () => reject(request.error);
    }).catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  const answer = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  // `work(store…)` in one transaction; resolves with its result once the disk has it.
  async function within(names, mode, work) {
    const database = await open();
    const transaction = database.transaction(names, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    const ended = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error || new DOMException("aborted", "AbortError"));
    });
    ended.catch(() => {});
    try {
      const result = await work(...names.map((name) => transaction.objectStore(name)));
      await ended;
      return result;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It has ended by itself: there is nothing left to take back.
      }
      throw transaction.error || error;
    }
  }

  const reading = (names, work) => within(names, "readonly", work);
  const writing = (names, work) => within(names, "readwrite", work);

  const get = (name, key) => reading([name], (store) => answer(store.get(key)));
  const all = (name) => reading([name], (store) => answer(store.getAll()));
  const put = (name, value) => writing([name], (store) => answer(store.put(value)));
  const remove = (name, key) => writing([name], (store) => answer(store.delete(key)));

  // A named value of which there is one; `otherwise` where it was never kept.
  async function kept(name, otherwise = null) {
    const row = await get("kept", name);
    return row ? row.value : otherwise;
  }
  const keep = (name, value) => put("kept", { name, value });

  const isFull = (error) => error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError";

  x.database = { reading, writing, answer, get, all, put, remove, kept, keep, isFull };
})(globalThis.xunjie);
