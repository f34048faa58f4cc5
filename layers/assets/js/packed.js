// Answers that come as columns, back into the objects that the layers draw.
"use strict";

(function (x) {
  const at = (answer, i) => [
    answer.origin[0] + answer.east[i] * answer.step,
    answer.origin[1] + answer.north[i] * answer.step,
  ];

  // Marks one by one; whoever has no id of its own is asked for by its number.
  function issues(answer) {
    return answer.number.map((number, i) => {
      const [lon, lat] = at(answer, i);
      const issue = {
        id: answer.id[i] || number,
        number,
        type: answer.types[answer.type[i]],
        stage: answer.stages[answer.stage[i]],
        lon,
        lat,
      };
      return answer.shapes[i] ? { ...issue, geometry: answer.shapes[i] } : issue;
    });
  }

  function clusters(answer) {
    return answer.count.map((count, i) => {
      const [lon, lat] = at(answer, i);
      return { lon, lat, count, overdue: answer.overdue[i] };
    });
  }

  function marks(answer) {
    if (!answer.east) {
      return answer;
    }
    const { z, bbox, mode, total } = answer;
    const found = mode === "issues" ? { issues: issues(answer), clusters: [] } : { issues: [], clusters: clusters(answer) };
    return { z, bbox, mode, total, ...found };
  }

  const roadLines = (answer) => (answer.corners ? x.roadShapes.unpacked(answer) : answer);

  const KINDS = { open: marks, closed: marks, marks, roadLines };

  x.unpacked = (name, answer) => (KINDS[name] ? KINDS[name](answer) : answer);
})(window.xunjie);
