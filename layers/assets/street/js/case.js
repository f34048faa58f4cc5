// One case, full screen: what it is and where, what can be done about it now, what has happened to it.
"use strict";

(function (x) {
  // `issue` as the list has it; `act`: show the form of the next step at once.
  x.openCase = async function (issue, { act = false } = {}) {
    const { roles } = await x.who.current();
    const frame = x.element("div", { class: "map", role: "region" });
    const stage = x.element("p", { class: "case-stage" });
    const description = x.element("p", { class: "description" });
    const facts = x.element("div", {});
    const todo = x.element("div", { class: "todo" });
    const photos = x.element("div", { class: "case-photos" });
    const past = x.element("div", {});
    const content = [
      stage,
      description,
      todo,
      x.element("div", { class: "map-frame low" }, frame, x.map.badge()),
      facts,
      photos,
      x.element("h3", {}, x.say("history")),
      past,
    ];
    const ends = [];
    const sheet = x.sheet({
      title: x.caseFacts.heading(issue),
      full: true,
      content,
      name: "case",
      onclose: () => ends.forEach((end) => end()),
    });
    const map = x.map.make(frame, { label: x.say("case_map") });
    map.leaflet.setView([issue.lat, issue.lon], x.map.FIRST_ZOOM, { animate: false });
    x.marks.symbol(issue).addTo(map.leaflet);
    ends.push(map.remove);
    let shown = issue;
    let open = act ? "step" : null; // which form is shown

    function say() {
      const due = x.caseFacts.due(shown);
      stage.className = `case-stage ${due ? due.kind : "ended"}`;
      stage.replaceChildren(x.symbols.picture(shown.stage, 16), x.element("strong", {}, x.caseFacts.stateName(shown)), ...(due ? [x.element("span", {}, due.text)] : []));
      description.textContent = shown.description || x.say("no_description");
      facts.replaceChildren(x.caseFacts.facts(shown));
    }

    function offer() {
      const waits = x.pending.waiting(issue.id);
      const stuck = waits !== null && waits.state !== "waiting";
      const action = stuck ? null : x.caseActions.actionOf(x.pending.ahead(shown), roles);
      const says = [waits && (stuck ? "case_stuck" : "case_waits"), !waits && !action && "nothing_to_do"].filter(Boolean);
      const notes = says.map((key) => x.element("p", { class: "note" }, x.say(key)));
      const see = waits ? [x.element("button", { type: "button", class: "plain", onclick: () => x.openOutbox() }, x.say("see_outbox"))] : [];
      const begin = (form) => {
        open = form;
        offer();
        todo.querySelector("input, textarea, button")?.focus();
      };
      const button = (kind, key, form) => x.element("button", { type: "button", class: `${kind} wide`, onclick: () => begin(form) }, x.say(key));
      const close = () => sheet.close();
      const forms = [];
      if (action && open !== "ask") {
        forms.push(open ? action.form(x.pending.ahead(shown), close) : button("primary", action.key, "step"));
      }
      if (open === "ask") {
        forms.push(x.asking.form(shown, close));
      } else if (!open && !stuck && x.asking.offered(x.pending.ahead(shown), roles)) {
        forms.push(button("second", "ask_extension", "ask"));
      }
      todo.replaceChildren(...notes, ...see, ...forms);
    }

    say();
    offer();
    past.replaceChildren(x.element("p", { class: "hint" }, x.say(navigator.onLine === false ? "history_offline" : "history_loading")));
    ends.push(x.on("pending", () => sheet.dialog.isConnected && !open && offer()));
    if (navigator.onLine !== false) {
      x.casePhotos(issue, photos);
    }
    x.today.openCase(issue.id, (record) => {
      const moved = record.version !== shown.version && record.status !== shown.status;
      const asked = !open && Boolean(record.asking) !== Boolean(shown.asking);
      shown = { ...shown, ...record };
      say();
      past.replaceChildren(x.caseFacts.history(record.history, record.asked));
      if ((moved && open !== "ask") || asked) {
        offer();
      }
    });
  };
})(globalThis.xunjie);
