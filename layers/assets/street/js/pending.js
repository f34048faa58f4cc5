// What is under way from this phone: for an issue, the last entry that has not arrived and the version it was brought to.
"use strict";

(function (x) {
  let entries = [];
  let asked = 0;
  let shown = 0;

  // Two may be read at once; what was asked for earlier never takes the place of the later.
  async function load() {
    asked += 1;
    const turn = asked;
    const read = await x.outbox.entries();
    if (turn > shown) {
      shown = turn;
      entries = read;
      x.emit("pending");
    }
  }

  const unsent = (issue) => entries.filter((entry) => entry.issue === issue && entry.state !== "sent");
  const waiting = (issue) => unsent(issue).at(-1) || null;

  // Whether a request for more time has not arrived; one that has stands in the case as soon as that is read again.
  const asks = (issue) => unsent(issue).some((entry) => entry.kind === "ask");

  // The version that a change of `issue` is made from, seen as `seen`; null where it follows an entry on its way.
  function versionOf(issue, seen) {
    if (waiting(issue)) {
      return null;
    }
    const own = entries.filter((entry) => entry.issue === issue && entry.state === "sent").at(-1);
    return Math.max(seen, own?.version || 0);
  }

  // The issue as it will be once what is on its way has arrived: its next step can be taken before that.
  function ahead(issue) {
    const last = unsent(issue.id).filter((entry) => entry.status).at(-1);
    return last && last.state === "waiting" ? { ...issue, status: last.status, returned: last.seen === "VERIFYING" } : issue;
  }

  // Reports that have not arrived: they stand on the map beside what the server knows.
  const reports = () => entries.filter((entry) => entry.kind === "report" && entry.state !== "sent");

  x.pending = { load, waiting, asks, versionOf, ahead, reports, all: () => entries };
  x.on("outbox", load);
})(globalThis.xunjie);
