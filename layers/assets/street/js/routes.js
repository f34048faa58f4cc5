// The server's doors as the phone uses them: what each step of an entry sends, and what an answer means.
"use strict";

(function (x) {
  const JSON_TYPE = { "Content-Type": "application/json" };
  const SMALL_MS = 30_000;
  const PHOTO_MS = 180_000;

  const json = (path, body) => ({ path, headers: JSON_TYPE, body: JSON.stringify(body), within: SMALL_MS });
  const issuePath = (identity, part) => `/api/issues/${encodeURIComponent(identity)}/${part}`;

  // Each kind of step, from its prepared content to a request. A step's `id` is the UUID that makes it exactly once;
  // a photo is known to the server by its content.
  const REQUESTS = {
    report: (step) => json("/api/issues", step.body),
    change: (step, entry) => json(issuePath(entry.issue, "changes"), x.who.named(step.body, entry.account)),
    attach: (step, entry) => json(issuePath(entry.issue, "amendments"), x.who.named(step.body, entry.account)),
    ask: (step, entry) => json(issuePath(entry.issue, "amendments"), x.who.named(step.body, entry.account)),
    visit: (step, entry) => json("/api/visits", x.who.named(step.body, entry.account)),
    upload: (step, _entry, photo) => ({
      path: "/api/photos",
      headers: { "Content-Type": photo.type },
      body: photo.bytes,
      within: PHOTO_MS,
    }),
  };

  // Send one step. {kind: "done", content}, or why not: "down" (try again later; `after` seconds if the server said),
  // "signin", "stale" (somebody changed the issue, or visited the point; `problem` says what differs) or "refused" (`problem` says why).
  async function send(step, entry, photo) {
    const { path, headers, body, within } = REQUESTS[step.kind](step, entry, photo);
    let answer;
    let content;
    try {
      const signal = AbortSignal.timeout(within);
      answer = await fetch(path, { method: "POST", headers, body, signal, redirect: "error", cache: "no-store" });
      content = await contentOf(answer);
    } catch {
      return { kind: "down", after: null };
    }
    x.clock.hear(answer);
    return meaning(answer, content);
  }

  async function contentOf(answer) {
    const text = await answer.text();
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  function meaning(answer, content) {
    const { status } = answer;
    if (answer.ok) {
      // An answer that is no receipt comes from something between us and the server (a hotspot's page).
      return content ? { kind: "done", content } : { kind: "down", after: null };
    }
    if (status === 401) {
      return { kind: "signin" };
    }
    if (status === 408 || status === 429 || status >= 500 || !content?.error) {
      return { kind: "down", after: Number(answer.headers.get("retry-after")) || null };
    }
    if (status === 409 && content.error.difference) {
      return { kind: "stale", problem: content.error };
    }
    return { kind: "refused", problem: { status, ...content.error } };
  }

  // A report that was fixed on sight: what follows the report and its photos. Somebody else still verifies it.
  const onSight = (finding) => [
    { kind: "change", id: x.outbox.uuid(), content: { status: "VERIFYING", note: "", evidence: finding } },
  ];

  x.routes = { send, onSight };
})(globalThis.xunjie);
