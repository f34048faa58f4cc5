// Sending what waits: one sender at a time in all pages and the worker, in order, again and again until it is there.
"use strict";

(function (x) {
  const LOCK = "xunjie-street-sender";
  const FIRST_WAIT_MS = 2_000;
  const LONGEST_WAIT_MS = 300_000;
  let running = null;
  let again = false;

  // How long to leave the server alone after `tries` in vain; spread, so that many phones do not come back at once.
  function pause(tries, after = null) {
    const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(tries, 10));
    return Math.max((after || 0) * 1_000, most * (0.5 + Math.random() / 2));
  }

  const alone = (work) => (navigator.locks ? navigator.locks.request(LOCK, work) : work());

  // Send all that can be sent. Resolves with {kind: "idle" | "offline" | "down" | "signin", wait}; wait in ms.
  function drain() {
    if (running) {
      again = true;
      return running;
    }
    running = alone(async () => {
      let outcome;
      do {
        again = false;
        outcome = await pass();
      } while (again && outcome.kind === "idle");
      return outcome;
    }).finally(() => {
      running = null;
    });
    return running;
  }

  async function pass() {
    if (navigator.onLine === false) {
      return { kind: "offline" };
    }
    const { account } = await x.who.current();
    const blocked = new Set(); // issues whose earlier entry has not arrived: a change waits for its report
    let sent = 0;
    for (const entry of await x.outbox.entries()) {
      if (entry.state === "sent") {
        continue;
      }
      const mine = entry.account === null || entry.account === account;
      const free = entry.state === "waiting" && mine && !blocked.has(entry.issue);
      const outcome = free ? await sendEntry({ ...entry, account }) : "waits";
      if (outcome === "sent") {
        sent += 1;
      } else if (outcome.kind === "down" || outcome.kind === "signin") {
        x.tell("sending", { state: outcome.kind });
        return outcome;
      } else {
        blocked.add(entry.issue);
      }
    }
    if (sent) {
      await x.outbox.prune();
      x.tell("sent", { sent });
    }
    x.tell("sending", { state: "idle" });
    return { kind: "idle" };
  }

  // Every step of an entry that is not done. What a step sends is written down before it is sent, and never changes
  // until the server has said that it was not taken: so a lost answer is asked for again with the very same words.
  async function sendEntry(first) {
    let entry = first;
    x.tell("sending", { state: "sending", entry: entry.id });
    for (let i = 0; i < entry.steps.length; i += 1) {
      if (entry.steps[i].done) {
        continue;
      }
      entry = await prepared(entry, i);
      const step = entry.steps[i];
      const photo = step.photo && step.kind === "upload" ? await x.database.get("photos", step.photo) : null;
      const answer = await x.routes.send(step, entry, photo);
      if (answer.kind === "down") {
        await x.outbox.update({ ...entry, tries: entry.tries + 1 });
        return { kind: "down", wait: pause(entry.tries, answer.after) };
      }
      if (answer.kind === "signin") {
        return { kind: "signin" };
      }
      if (answer.kind === "stale" && step.kind === "attach") {
        // A photo contradicts nothing: it is added to the issue as it is by now.
        entry = withStep({ ...entry, version: answer.problem.version }, i, { body: null });
        await x.outbox.update(entry);
        i -= 1;
        continue;
      }
      if (answer.kind !== "done") {
        const state = answer.kind === "stale" ? "conflict" : "refused";
        await x.outbox.update({ ...entry, state, problem: answer.problem });
        return { kind: state };
      }
      entry = received(entry, i, answer.content);
      await x.outbox.update(entry);
    }
    return "sent";
  }

  const withStep = (entry, i, changes) => ({
    ...entry,
    steps: entry.steps.map((step, at) => (at === i ? { ...step, ...changes } : step)),
  });

  // What came of a step: the version it made, the name of a photo; and the entry is sent with its last one.
  function received(entry, i, content) {
    const made = withStep({ ...entry, tries: 0 }, i, { done: true, answer: content });
    const version = content.version || content.visits || (entry.steps[i].kind === "report" ? 1 : made.version);
    const number = content.number || made.number;
    const done = made.steps.every((step) => step.done);
    return { ...made, version, number, state: done ? "sent" : made.state, sentAt: done ? Date.now() : null };
  }

  // The words of a step, filled in with what earlier steps brought and written down.
  async function prepared(entry, i) {
    const step = entry.steps[i];
    if (step.body || step.kind === "upload") {
      return entry;
    }
    const version = entry.version ?? (await versionAfter(entry));
    const photos = entry.steps.filter((one) => one.kind === "upload" && one.done);
    const nameOf = (key) => photos.find((one) => one.photo === key)?.answer.photo;
    const bodies = {
      report: () => ({ ...step.content, ...(step.capturedAt ? { reported_at: x.clock.corrected(step.capturedAt) } : {}) }),
      attach: () => ({ version, act: "attach", set: { photo: nameOf(step.photo), kind: step.as } }),
      ask: () => ({ ...step.content, version }),
      visit: () => ({ ...step.content, visits_seen: version, ...(step.capturedAt ? { at: x.clock.corrected(step.capturedAt) } : {}) }),
      change: () => ({ ...step.content, version, evidence: evidenceOf(step.content.evidence, photos) }),
    };
    const made = withStep({ ...entry, version }, i, { body: { id: step.id, ...bodies[step.kind]() } });
    await x.outbox.update(made);
    return made;
  }

  // Proof is a written finding, and the names of the photos that go with it.
  const evidenceOf = (text, photos) =>
    [text, ...photos.map((step) => `photo:${step.answer.photo}`)].filter(Boolean).join("\n");

  // The version that the entry before this one made of their issue; of a point: how many visits it has.
  async function versionAfter(entry) {
    const before = (await x.outbox.entries()).filter((one) => one.issue === entry.issue && one.seq < entry.seq);
    return before.at(-1)?.version ?? (entry.kind === "visit" ? entry.stop.visits ?? 0 : 1);
  }

  x.sender = { drain, pause };
})(globalThis.xunjie);
