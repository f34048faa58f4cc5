// Reporting an issue: where, what, photos, a note; kept as it is typed, handed in as one entry.
"use strict";

(function (x) {
  const DRAFT = "draft-report";
  const MOST_DESCRIPTION = 2_000;
  const EMPTY = { type: null, task: "", description: "", address: "", position: null, onSight: false, finding: "", photos: [], instead: null };
  let draft = { ...EMPTY };
  let parts = null;

  const set = (changes) => {
    draft = { ...draft, ...changes };
    x.drafts.keep(DRAFT, { ...draft, photos: draft.photos.map(({ bytes, ...photo }) => photo) });
  };

  function build() {
    const place = x.reportPlace({ draft: () => draft, set });
    const types = x.typePicker((type) => {
      set({ type });
      clear("type");
    });
    const before = x.photoField({ as: "before", label: x.say("photos_before"), hint: x.say("photos_hint"), changed: () => takePhotos() });
    const after = x.photoField({ as: "after", label: x.say("photos_after"), hint: x.say("required_or_finding"), changed: () => takePhotos() });
    const description = textarea("description", MOST_DESCRIPTION, "description_hint", (text) => set({ description: text }));
    const finding = textarea("finding", 1_000, "finding_hint", (text) => set({ finding: text }));
    const task = x.element(
      "select",
      { id: "task" },
      x.element("option", { value: "" }, x.say("no_task")),
      x.city.tasks.map((one) => x.element("option", { value: one.code }, x.nameOf(one.name))),
    );
    task.addEventListener("change", () => set({ task: task.value }));
    const onSight = x.element("button", { type: "button", class: "second", "aria-pressed": "false", onclick: () => turn(!draft.onSight) }, x.say("on_sight"));
    const submit = x.element("button", { class: "primary" });
    const fixed = x.element("div", { class: "fixed-part", hidden: true }, x.element("p", { class: "hint" }, x.say("on_sight_hint")), after.element, label("finding"), finding);
    const error = x.element("p", { class: "wrong", role: "alert" });
    const form = x.element(
      "form",
      { class: "report", novalidate: true },
      x.element("p", { class: "label", id: "type-label" }, x.say("type"), " ", x.element("span", { class: "needed" }, x.say("required"))),
      types.element,
      before.element,
      label("description"),
      description,
      x.city.tasks.length ? [label("task"), task] : [],
      fixed,
      error,
    );
    const actions = x.element("div", { class: "actions" }, onSight, submit);
    submit.addEventListener("click", handIn);
    form.addEventListener("submit", (event) => event.preventDefault());
    parts = { place, types, before, after, description, finding, task, onSight, submit, fixed, error };
    name();
    x.on("online", name);
    return x.element("section", { class: "tab-report", "data-tab": "report" }, x.element("div", { class: "scroll" }, place.element, form), actions);
  }

  const label = (key) => x.element("label", { for: key }, x.say(key));

  function textarea(id, most, hint, set) {
    const field = x.element("textarea", { id, rows: 2, maxlength: most, placeholder: x.say(hint) });
    field.addEventListener("input", () => set(field.value));
    return field;
  }

  const name = () => (parts.submit.textContent = x.say(navigator.onLine === false ? "submit_offline" : "submit"));

  function takePhotos() {
    set({ photos: [...parts.before.photos(), ...parts.after.photos()] });
  }

  function turn(on) {
    set({ onSight: on });
    parts.onSight.setAttribute("aria-pressed", String(on));
    parts.fixed.hidden = !on;
    if (on) {
      parts.fixed.scrollIntoView({ block: "nearest" });
    }
  }

  function show() {
    parts.types.show(draft.type);
    parts.before.show(draft.photos.filter((photo) => photo.as === "before"));
    parts.after.show(draft.photos.filter((photo) => photo.as === "after"));
    parts.description.value = draft.description;
    parts.finding.value = draft.finding;
    parts.task.value = draft.task;
    parts.error.textContent = "";
    turn(draft.onSight);
    parts.place.show();
  }

  const clear = (about) => {
    if (parts.error.dataset.about === about) {
      parts.error.textContent = "";
    }
  };

  function missing() {
    const after = draft.photos.some((photo) => photo.as === "after");
    const lacks = [
      [draft.position === null, "position", "position_missing", () => parts.place.element.querySelector(".locate")],
      [draft.type === null, "type", "type_missing", () => parts.types.element.querySelector("button")],
      [draft.onSight && !after && !draft.finding.trim(), "finding", "finding_missing", () => parts.finding],
    ];
    return lacks.find(([is]) => is) || null;
  }

  async function handIn() {
    const lack = missing();
    if (lack) {
      const [, about, key, field] = lack;
      parts.error.textContent = x.say(key);
      parts.error.dataset.about = about;
      field()?.focus();
      parts.error.scrollIntoView({ block: "nearest" });
      return;
    }
    parts.submit.disabled = true;
    try {
      await save();
    } catch (error) {
      x.storageTrouble(error); // the form stays as it is
    } finally {
      parts.submit.disabled = false;
    }
  }

  async function save() {
    const who = await x.who.current();
    if (!x.who.may(who, "report")) {
      parts.error.textContent = x.say("may_not_report");
      parts.error.scrollIntoView({ block: "nearest" });
      return;
    }
    const { account } = who;
    const entry = x.reportEntry(draft, account);
    await x.outbox.add(entry, withBytes(draft.photos), { instead: draft.instead, draft: DRAFT });
    x.drafts.forget(DRAFT);
    const { type } = draft;
    draft = { ...EMPTY };
    show();
    await x.types.remember(type);
    x.toast(x.say(navigator.onLine === false ? "kept_on_phone" : "handed_in"));
    x.updates.persist();
  }

  // Photos that the phone could not keep when they were chosen are kept together with the entry, or not at all.
  const withBytes = (photos) => photos.filter((photo) => photo.bytes).map(({ key, bytes, type, sha256 }) => ({ key, bytes, type, sha256 }));

  async function load() {
    draft = { ...EMPTY, ...(await x.drafts.read(DRAFT)) };
    await parts.types.offer();
    show();
  }

  // An entry that was refused comes back into the form; handed in again it takes the place of the refused one.
  function edit(entry) {
    draft = { ...EMPTY, ...entry.draft, instead: entry };
    set({});
    show();
  }

  x.report = { build, load, edit, withBytes, isEmpty: () => draft.type === null && draft.photos.length === 0 && draft.description === "" };
})(globalThis.xunjie);
