// What cards and tips say of a subdistrict, a road, an issue, a point.
"use strict";

(function (x) {
  const { element } = x;
  const say = (key, values) => x.say(key, values);
  const MOST_STEPS = 4;
  const byCode = (list, code) => (list || []).find((entry) => entry.code === code);
  const nameIn = (list, code) => (byCode(list, code) ? x.nameOf(byCode(list, code).name) : code || "");

  const areaName = (code) => (code ? nameIn(x.city.areas.items, code) : say("outside"));
  const roadName = (code) => (code && x.city.roads ? nameIn(x.roadShapes.roads(), code) : "");
  const typeName = (code) => nameIn(x.city.types, code);
  const className = (code) => nameIn(x.city.site_classes, code);

  function figures(list) {
    const cells = list.map(([value, unit]) =>
      element("div", {}, element("b", {}, value), element("span", {}, unit)),
    );
    return element("div", { class: "figures" }, cells);
  }

  function heading(title, sub, symbol) {
    return element(
      "header",
      {},
      symbol || null,
      element("div", {}, element("h2", {}, title), sub ? element("p", { class: "sub" }, sub) : null),
    );
  }

  const joined = (...parts) => parts.filter(Boolean).join(" · ");

  function densityRow(kind, code) {
    if (kind === "road") {
      return x.layers.roads.rowOf(code);
    }
    return byCode(x.feed.data.subdistricts?.rows, code);
  }

  function densityFigures(kind, row) {
    const per = kind === "subdistrict" ? row.per_km2 : row.per_km;
    return figures([
      [x.numbers.density(per), say(kind === "subdistrict" ? "unit_per_km2" : "unit_per_km")],
      [x.numbers.count(row.count), say("unit_issues")],
      [x.numbers.count(row.open), say("unit_open")],
    ]);
  }

  function place(kind, code) {
    const bounds = x.drill.boundsOf(kind, code);
    if (!bounds) {
      return null;
    }
    const row = densityRow(kind, code);
    const title = x.drill.nameFor(kind, code) || x.roadTitle({ code });
    const area = kind === "subdistrict" ? byCode(x.city.areas.items, code) : null;
    const sub = area ? say("area_km2", { n: area.area_km2.toFixed(2) }) : roadSub(code);
    return {
      label: title,
      latLng: bounds.getCenter(),
      nodes: [heading(title, sub), row ? densityFigures(kind, row) : null, note(kind)].filter(Boolean),
    };
  }

  function roadSub(code) {
    const road = byCode(x.roadShapes.roads(), code);
    return joined(road?.length_km ? x.numbers.length(road.length_km * 1000) : "", quality(x.city.roads.quality));
  }

  const quality = (name) => (name === "real" ? "" : say(name));

  function note(kind) {
    const { summary } = x.feed.data;
    const approximate = kind === "subdistrict" ? quality(x.city.areas.quality) : "";
    const synthetic = summary && summary.synthetic ? say("synthetic_split") : "";
    const text = joined(approximate && say("approximate_area"), synthetic);
    return text ? element("p", { class: "note" }, element("i", { class: "hatch" }), text) : null;
  }

  function placeOf(record) {
    if (typeof record.lat === "number") {
      return L.latLng(record.lat, record.lon);
    }
    return L.geoJSON(record.geometry).getBounds().getCenter();
  }

  function daysBetween(from, to) {
    return Math.floor((Date.parse(to) - Date.parse(from)) / 86400000);
  }

  function stageText(record) {
    const stage = say(`stage_${record.stage}`);
    const status = say(`status_${record.status}`);
    const late = record.stage === "overdue" && record.due_at ? daysBetween(record.due_at, x.state.asOf) : 0;
    // The symbol says the stage; the workflow state is named where it says more.
    const more = record.stage === "overdue" || (record.stage === "handling" && record.status !== "HANDLING");
    return joined(late > 0 ? say("overdue_days", { n: late }) : stage, more ? status : "");
  }

  function row(key, value) {
    return value ? [element("dt", {}, say(key)), element("dd", {}, value)] : [];
  }

  function times(record) {
    const at = (value) => (value ? x.numbers.dayAndTime(value) : "");
    return element(
      "dl",
      {},
      row("reported", at(record.reported_at)),
      row("due", at(record.due_at)),
      row("closed", at(record.closed_at)),
      row("address", record.address),
      row("task", record.task ? nameIn(x.city.tasks, record.task) : ""),
      row("datum", record.source_datum && record.source_datum !== "wgs84" ? record.source_datum.toUpperCase() : ""),
    );
  }

  function history(entries) {
    const items = (entries || []).slice(-MOST_STEPS).map((entry) => {
      const evidence = entry.evidence.replace(/photo:[0-9a-f]{64}/g, say("a_photo"));
      const detail = joined(entry.name ? x.nameOf(entry.name) : entry.actor, entry.note, evidence);
      return element(
        "li",
        {},
        element("b", {}, x.numbers.dayAndTime(entry.at)),
        ` ${say(`status_${entry.status}`)}`,
        detail ? element("span", {}, detail) : null,
      );
    });
    return items.length ? [element("h3", {}, say("history")), element("ol", { class: "timeline" }, items)] : [];
  }

  // The whole story, for who looks from a desk: a wall has no pages beside it.
  function caseLink(record) {
    if (x.state.page !== "map") {
      return null;
    }
    const there = `/case?${new URLSearchParams({ issue: record.id, lang: x.state.language })}`;
    return element("p", {}, element("a", { href: there, target: "_top" }, say("open_case")));
  }

  function issue(record) {
    const where = joined(record.number, areaName(record.subdistrict), roadName(record.road));
    const title = typeName(record.type);
    const mark = record.synthetic ? element("p", { class: "note" }, element("i", { class: "hatch" }), say("synthetic_record")) : null;
    return {
      label: joined(title, record.number),
      latLng: placeOf(record),
      nodes: [
        heading(title, where, x.symbols.picture(record.stage, 24)),
        element("p", { class: `stage ${record.stage}` }, stageText(record)),
        record.description ? element("p", { class: "description" }, record.description) : null,
        times(record),
        history(record.history),
        caseLink(record),
        mark,
      ].flat().filter(Boolean),
    };
  }

  function verdict(visit) {
    return visit ? say(visit.compliant ? "compliant" : "not_compliant") : say("not_visited");
  }

  function visitBox(label, visit) {
    const score = visit && typeof visit.score === "number" ? say("score", { n: x.numbers.count(visit.score) }) : "";
    const box = element("div", {}, element("span", {}, joined(label, visit ? x.numbers.day(visit.at) : "")));
    box.append(element("b", { class: visit ? (visit.compliant ? "good" : "bad") : "" }, joined(verdict(visit), score)));
    return box;
  }

  function visitItem(visit) {
    const state = visit.compliant ? "first_ok" : "failing";
    const score = typeof visit.score === "number" ? say("score", { n: x.numbers.count(visit.score) }) : "";
    const text = [x.numbers.dayAndTime(visit.at), say(`visit_${visit.kind}`), verdict(visit), score].filter(Boolean).join("  ");
    return element("li", {}, x.symbols.picture(state, 16), text, visit.note ? element("span", {}, visit.note) : null);
  }

  function point(record) {
    const visits = record.visits || [];
    const sub = joined(record.code, className(record.site_class), areaName(record.subdistrict), record.steward);
    const near = record.issues_near;
    return {
      label: record.name,
      latLng: placeOf(record),
      nodes: [
        heading(record.name || record.code, sub, x.symbols.picture(record.state, 24)),
        element("div", { class: "boxes" }, visitBox(x.firstVisitName(), visits[0]), visitBox(say("now"), visits[visits.length - 1])),
        visits.length ? element("h3", {}, say("visits", { n: visits.length })) : null,
        element("ol", { class: "visits" }, visits.slice(-MOST_STEPS).map(visitItem)),
        near ? element("p", { class: "near" }, say("issues_near", near)) : null,
        record.synthetic ? element("p", { class: "note" }, element("i", { class: "hatch" }), say("synthetic_point")) : null,
      ].filter(Boolean),
    };
  }

  function placeTip(kind, code, name) {
    const owners = x.layers.responsibility.tipLines(kind, code);
    if (owners) {
      return [name, ...owners];
    }
    const row = densityRow(kind, code);
    if (!row) {
      return kind === "road" ? [name, roadSub(code)] : [name];
    }
    const per = kind === "subdistrict" ? say("tip_per_km2", { n: x.numbers.density(row.per_km2) }) : say("tip_per_km", { n: x.numbers.density(row.per_km) });
    return [name, per, say("tip_counts", { n: x.numbers.count(row.count), open: x.numbers.count(row.open) })];
  }

  function tipLines({ kind, record }) {
    if (kind === "subdistrict") {
      return placeTip(kind, record.code, x.nameOf(record.name));
    }
    if (kind === "road") {
      const road = x.roadShapes.roads()[record.segment.road];
      const segment = record.density && record.density.per_km !== undefined ? say("tip_segment", { n: x.numbers.density(record.density.per_km) }) : "";
      return [...placeTip(kind, road.code, x.roadTitle(road)), segment];
    }
    if (kind === "point") {
      return [className(record.site_class), x.pointStateName(record.state), record.code];
    }
    if (kind === "cluster") {
      return [say("tip_cluster", { n: x.numbers.count(record.count) })];
    }
    return [typeName(record.type), say(`stage_${record.stage}`), record.number];
  }

  x.cardContent = { place, issue, point, tipLines, placeOf, areaName, roadName, typeName };
})(window.xunjie);
