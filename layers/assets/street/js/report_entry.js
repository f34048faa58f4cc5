// From a filled form to the entry that is sent: a report, its photos, and where it was fixed on sight how.
"use strict";

(function (x) {
  const rounded = (place) => place.map((degrees) => Number(degrees.toFixed(7)));

  // Coordinates are sent as they were given, with their datum; what was moved on our map is WGS-84.
  function placeOf(position) {
    const { datum, given } = position;
    return datum && datum !== "wgs84"
      ? { geometry: { type: "Point", coordinates: given }, datum }
      : { geometry: { type: "Point", coordinates: rounded(position.place) } };
  }

  x.reportEntry = function (draft, account) {
    const issue = draft.instead ? draft.instead.issue : x.outbox.uuid();
    const at = draft.instead ? draft.instead.at : Date.now();
    const content = {
      type: draft.type,
      ...placeOf(draft.position),
      ...(draft.task ? { task: draft.task } : {}),
      description: draft.description,
      address: draft.address,
    };
    const photos = draft.photos.filter((photo) => photo.as === "before" || draft.onSight);
    // Where the campaign's clock stands still, the server says when it was reported.
    const report = { kind: "report", id: issue, content, capturedAt: x.clock.stands() ? null : at };
    const uploads = photos.map((photo) => ({ kind: "upload", photo: photo.key, sha256: photo.sha256 }));
    const attaches = photos.map((photo) => ({ kind: "attach", id: x.outbox.uuid(), photo: photo.key, as: photo.as }));
    const fixed = draft.onSight ? x.routes.onSight(draft.finding.trim()) : [];
    const { instead, ...kept } = draft;
    return {
      id: x.outbox.uuid(),
      kind: "report",
      issue,
      account,
      at,
      type: draft.type,
      onSight: draft.onSight,
      place: draft.position.place,
      where: x.place.describe(draft.position.place).title,
      version: null,
      number: null,
      draft: { ...kept, photos: kept.photos.map(({ bytes, ...photo }) => photo) },
      steps: [report, ...uploads, ...attaches, ...fixed],
    };
  };
})(globalThis.xunjie);
