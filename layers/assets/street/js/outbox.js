// What waits to be sent: entries in the order they were made, each a few steps that the server takes exactly once.
"use strict";

(function (x) {
  const { database } = x;
  // Summaries of what was sent are kept for the day's overview; the oldest go first.
  const SENT_KEPT = 200;

  const uuid = () => crypto.randomUUID();

  async function entries() {
    const found = await database.all("entries");
    return found.sort((a, b) => a.seq - b.seq);
  }

  // An entry and its photos, kept as one; rejects (with nothing kept) where the phone is full.
  async function add(entry, photos, { instead = null, draft = null } = {}) {
    await database.writing(["entries", "photos", "kept"], async (rows, bytes, kept) => {
      const cursor = await database.answer(rows.index("seq").openKeyCursor(null, "prev"));
      // An entry that is sent once more after a refusal keeps its place, so that what followed it still follows.
      const seq = instead === null ? (cursor ? cursor.key + 1 : 1) : instead.seq;
      if (instead !== null) {
        await database.answer(rows.delete(instead.id));
        const still = new Set(photoKeys(entry));
        photoKeys(instead).forEach((key) => still.has(key) || bytes.delete(key));
      }
      for (const photo of photos) {
        bytes.put(photo);
      }
      await database.answer(rows.add({ ...entry, seq, state: "waiting", tries: 0, problem: null }));
      if (draft !== null) {
        kept.delete(draft);
      }
    });
    await changed();
    x.tell("wanted");
  }

  const photoKeys = (entry) => entry.steps.filter((step) => step.photo).map((step) => step.photo);

  // Write down what became of an entry, unless its author has taken it out meanwhile. Its photos leave the phone once
  // the server has all of them.
  async function update(entry) {
    await database.writing(["entries", "photos"], async (rows, bytes) => {
      if ((await database.answer(rows.getKey(entry.id))) === undefined) {
        return;
      }
      if (entry.state === "sent") {
        photoKeys(entry).forEach((key) => bytes.delete(key));
      }
      await database.answer(rows.put(entry));
    });
    await changed();
  }

  // Take an entry out, and those that cannot be without it: the changes of a report that never left.
  async function discard(entry) {
    const all = await entries();
    const isReport = entry.kind === "report" && !entry.steps[0].done;
    const gone = all.filter((one) => one.id === entry.id || (isReport && one.issue === entry.issue && one.seq > entry.seq));
    await database.writing(["entries", "photos"], (rows, bytes) => {
      for (const one of gone) {
        rows.delete(one.id);
        photoKeys(one).forEach((key) => bytes.delete(key));
      }
    });
    await changed();
  }

  async function prune() {
    const sent = (await entries()).filter((entry) => entry.state === "sent");
    const old = sent.slice(0, Math.max(0, sent.length - SENT_KEPT));
    if (old.length) {
      await database.writing(["entries"], (rows) => old.forEach((entry) => rows.delete(entry.id)));
    }
  }

  // The author's own choice, field by field, after a conflict; made from the version that they have now seen.
  async function resolve(entry, chosen) {
    const step = entry.steps.find((one) => !one.done);
    const { version } = entry.problem;
    const id = uuid();
    const seen = step.kind === "visit" ? { visits_seen: version } : { version };
    const body = { ...step.body, ...chosen, ...seen, id };
    const steps = entry.steps.map((one) => (one === step ? { ...one, id, body } : one));
    await update({ ...entry, steps, version, state: "waiting", problem: null, tries: 0 });
    x.tell("wanted");
  }

  async function counts() {
    const all = await entries();
    const count = (state) => all.filter((entry) => entry.state === state).length;
    return { waiting: count("waiting") + count("held"), conflict: count("conflict"), refused: count("refused"), sent: count("sent") };
  }

  // Tell the pages; and ask the browser to call the service worker when there is a signal, even with no page open.
  async function changed() {
    x.tell("outbox", await counts());
  }

  x.outbox = { uuid, entries, add, update, discard, prune, resolve, counts, photoKeys };
})(globalThis.xunjie);
