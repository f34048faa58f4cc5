// A conflict, field by field: what I wrote beside what stands there now, and for each a choice.
"use strict";

(function (x) {
  const MINE = "mine";

  const valueOf = (field, value) => (field === "status" && value ? x.caseFacts.statusName(value) : value || x.say("empty"));

  // The element; `done()` after the author has chosen.
  x.conflict = function (entry, done) {
    const { problem } = entry;
    const chosen = Object.fromEntries(Object.keys(problem.difference).map((field) => [field, MINE]));
    // Somebody has taken the same step already: there is nothing to choose, only to see.
    const same = !("status" in problem.difference);
    // With their status there is nothing left of mine to do: a change is a step to another status.
    const gives = () => same || chosen.status !== MINE;
    const rows = Object.entries(problem.difference).map(([field, sides]) => row(field, sides));
    const when = x.numbers.dayAndTime(inCity(problem.changed_at));
    const who = x.element("p", {}, x.say("conflict_who", { who: problem.changed_by, when, version: problem.version }));
    const send = x.element("button", { type: "button", class: "primary wide", onclick: decide });
    const all = ["mine", "theirs"].map((side) =>
      x.element("button", { type: "button", class: "second", onclick: () => take(side) }, x.say(`keep_all_${side}`)),
    );
    const choice = same ? x.element("p", {}, x.say("conflict_same_step")) : x.element("div", { class: "pair" }, all);
    const element = x.element("div", { class: "differences" }, who, rows, choice, send);
    if (same) {
      take("theirs");
      element.querySelectorAll("input").forEach((input) => (input.disabled = true));
    }
    name();

    function row(field, { yours, now }) {
      const side = (whose, value) => {
        const id = `${entry.id}-${field}-${whose}`;
        const input = x.element("input", { type: "radio", id, name: `${entry.id}-${field}`, value: whose, checked: whose === MINE });
        input.addEventListener("change", () => {
          chosen[field] = whose;
          name();
        });
        return x.element("label", { class: "side", for: id }, input, x.element("small", {}, x.say(`side_${whose}`)), x.element("span", {}, valueOf(field, value)));
      };
      return x.element("fieldset", { class: "difference", "data-field": field }, x.element("legend", {}, x.say(`field_${field}`)), side("mine", yours), side("theirs", now));
    }

    function name() {
      send.textContent = x.say(gives() ? "drop_mine" : "send_mine");
    }

    function take(side) {
      for (const input of element.querySelectorAll(`input[value=${side}]`)) {
        input.checked = true;
        chosen[input.closest("fieldset").dataset.field] = side;
      }
      name();
    }

    async function decide() {
      send.disabled = true;
      try {
        if (gives()) {
          await x.outbox.discard(entry);
        } else {
          const theirs = Object.entries(chosen).filter(([, side]) => side !== MINE);
          await x.outbox.resolve(entry, Object.fromEntries(theirs.map(([field]) => [field, problem.difference[field].now])));
        }
        done();
      } catch (error) {
        send.disabled = false;
        x.storageTrouble(error);
      }
    }

    return element;
  };

  // The case was changed while more time was asked for: nothing of the two differs, so the author only says whether they
  // still ask.
  x.askingConflict = function (entry) {
    const { changed_by: by, changed_at: at, version } = entry.problem;
    const says = x.say("ask_conflict", { who: by, when: x.numbers.dayAndTime(inCity(at)), version });
    const button = (kind, key, act) => {
      const element = x.element("button", { type: "button", class: `${kind} wide` }, x.say(key));
      element.addEventListener("click", async () => {
        element.disabled = true;
        try {
          await act();
        } catch (error) {
          element.disabled = false;
          x.storageTrouble(error);
        }
      });
      return element;
    };
    const still = button("primary", "ask_still", () => x.outbox.resolve(entry, {}));
    const drop = button("second", "ask_drop", () => x.outbox.discard(entry));
    return x.element("div", { class: "differences" }, x.element("p", {}, says), still, drop);
  };

  // A moment in UTC as the city's clocks write it.
  function inCity(iso) {
    const parts = new Intl.DateTimeFormat("sv-SE", { timeZone: x.city.time_zone, dateStyle: "short", timeStyle: "medium" }).format(new Date(iso));
    return parts.replace(" ", "T");
  }

  x.inCity = inCity;
})(globalThis.xunjie);
