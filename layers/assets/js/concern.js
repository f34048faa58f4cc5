// Whether a change concerns what is shown: what it does not concern need not be asked for again.
"use strict";

(function (x) {
  // Answers about the part of the map in view; all others are figures of the whole filter.
  const OF_VIEW = ["cells", "marks", "open", "closed", "roadLines"];
  const OF_POINTS = ["points", "allPoints"];

  // Time alone makes issues overdue: after so long, an answer is asked for whatever changed.
  const OLD_MS = 60000;

  const meets = (a, b) => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];

  const boxOf = (issue) => issue.bbox || [issue.lon, issue.lat, issue.lon, issue.lat];

  // Whether a change may alter an answer about the issues of `box`, of one register and (where any) of some types.
  function concerns(delta, box, { register, types }) {
    if (delta.since === null || delta.since === undefined) {
      return true;
    }
    if (!delta.bbox || !meets(delta.bbox, box)) {
      return false;
    }
    if (delta.issues.length < delta.count) {
      return true;
    }
    return delta.issues.some(
      (issue) =>
        issue.register === register && (!types.length || types.includes(issue.type)) && meets(boxOf(issue), box),
    );
  }

  function touches(delta, name, url, answer, age) {
    if (OF_POINTS.includes(name)) {
      return delta.since === null || delta.since === undefined || delta.points;
    }
    if (name === "responsibility") {
      return delta.points || delta.count === 0; // what touched no issue may have been the organisation
    }
    if (!OF_VIEW.includes(name)) {
      return true;
    }
    const query = new URLSearchParams(url.split("?")[1]);
    if (name === "roadLines" && !query.has("density")) {
      return false; // the roads themselves do not change
    }
    if (age > OLD_MS) {
      return true;
    }
    const campaign = x.city.campaigns.find(({ code }) => code === (query.get("campaign") || x.city.current_campaign));
    const register = query.get("register") || campaign.default_register;
    const box = answer.felt || query.get("bbox").split(",").map(Number);
    return concerns(delta, box, { register, types: query.getAll("type") });
  }

  x.concern = { concerns, touches };
})(window.xunjie);
