// What can be done with a case in the street: take it on, rectify, verify; each becomes an entry that is sent in order.
"use strict";

(function (x) {
  const MOST_NOTE = 1_000;

  // By status: the step's word, who does it, and its form.
  const ACTIONS = {
    DISPATCHED: { key: "take_on", role: "department", form: takeOn },
    HANDLING: { key: "rectify", role: "department", form: rectify },
    VERIFYING: { key: "verify", role: "inspector", form: verify },
  };

  // The action of a case for who uses the phone, or null. Without a login the demo may do all of them.
  function actionOf(issue, roles) {
    const action = ACTIONS[issue.status];
    return action && (roles.length === 0 || roles.includes(action.role)) ? action : null;
  }

  async function handIn(issue, { status, note = "", evidence = "", photos = [], draft = null }) {
    const { account } = await x.who.current();
    const uploads = photos.map((photo) => ({ kind: "upload", photo: photo.key, sha256: photo.sha256 }));
    const attaches = photos.map((photo) => ({ kind: "attach", id: x.outbox.uuid(), photo: photo.key, as: photo.as }));
    const change = { kind: "change", id: x.outbox.uuid(), content: { status, note, evidence } };
    const entry = {
      id: x.outbox.uuid(),
      kind: "change",
      issue: issue.id,
      number: issue.number,
      account,
      at: Date.now(),
      type: issue.type,
      status,
      seen: issue.status,
      place: [issue.lon, issue.lat],
      where: x.caseFacts.heading(issue),
      version: x.pending.versionOf(issue.id, issue.version),
      steps: [...uploads, change, ...attaches],
    };
    await x.outbox.add(entry, x.report.withBytes(photos), { draft });
    if (draft) {
      x.drafts.forget(draft);
    }
    x.toast(x.say(navigator.onLine === false ? "kept_on_phone" : "handed_in"));
  }

  function area(id, key, hint) {
    const field = x.element("textarea", { id, rows: 3, maxlength: MOST_NOTE, placeholder: x.say(hint) });
    return [x.element("label", { for: id }, x.say(key)), field];
  }

  // A form whose button hands in; `content()` gives what is handed in, or {wrong: key, field} and what the key's words name.
  function form(issue, { fields, button, content, done, kind = "primary", send = handIn }) {
    const error = x.element("p", { class: "wrong", role: "alert" });
    const submit = x.element("button", { class: `${kind} wide` }, x.say(button));
    const element = x.element("form", { class: "stack", novalidate: true }, fields, error, submit);
    element.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wish = content();
      if (wish.wrong) {
        error.textContent = x.say(wish.wrong, wish);
        wish.field.focus();
        return;
      }
      submit.disabled = true;
      try {
        await send(issue, wish);
        done();
      } catch (trouble) {
        x.storageTrouble(trouble);
      } finally {
        submit.disabled = false;
      }
    });
    return element;
  }

  function takeOn(issue, done) {
    const [label, note] = area("act-note", "note_optional", "note_hint");
    return form(issue, { fields: [label, note], button: "take_on", content: () => ({ status: "HANDLING", note: note.value.trim() }), done });
  }

  // A text and photos, kept as they come under the case's own draft.
  function proof(issue, key, hint, photosKey) {
    const name = `draft-${issue.id}`;
    const [label, text] = area("act-evidence", key, hint);
    const keep = () => x.drafts.keep(name, { text: text.value, photos: photos.photos().map(({ bytes, ...photo }) => photo) });
    const photos = x.photoField({ as: "after", label: x.say(photosKey), hint: x.say("required_or_finding"), changed: keep });
    text.addEventListener("input", keep);
    x.drafts.read(name).then((draft) => {
      if (draft) {
        text.value ||= draft.text;
        photos.show(draft.photos);
      }
    });
    return { name, label, text, photos };
  }

  function rectify(issue, done) {
    const { name, label, text, photos } = proof(issue, "what_was_done", "what_was_done_hint", "photos_after");
    const content = () =>
      text.value.trim() || photos.photos().length
        ? { status: "VERIFYING", evidence: text.value.trim(), photos: photos.photos(), draft: name }
        : { wrong: "proof_missing", field: text };
    return form(issue, { fields: [photos.element, label, text], button: "hand_to_verify", content, done });
  }

  function verify(issue, done) {
    const { name, label, text, photos } = proof(issue, "finding", "verify_hint", "photos_on_spot");
    const passed = form(issue, {
      fields: [photos.element, label, text],
      button: "close_case",
      content: () =>
        text.value.trim() || photos.photos().length
          ? { status: "CLOSED", evidence: text.value.trim(), photos: photos.photos(), draft: name }
          : { wrong: "proof_missing", field: text },
      done,
    });
    const [reasonLabel, reason] = area("act-reason", "reason", "reason_hint");
    const failed = form(issue, {
      fields: [reasonLabel, reason],
      button: "return_case",
      kind: "danger",
      content: () => (reason.value.trim() ? { status: "DISPATCHED", note: reason.value.trim(), photos: photos.photos(), draft: name } : { wrong: "reason_missing", field: reason }),
      done,
    });
    const forms = { pass: passed, fail: failed };
    const choose = (chosen) => {
      for (const [key, element] of Object.entries(forms)) {
        element.hidden = key !== chosen;
      }
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.verdict === chosen)));
    };
    const buttons = ["pass", "fail"].map((key) =>
      x.element("button", { type: "button", class: `verdict ${key}`, "data-verdict": key, "aria-pressed": "false", onclick: () => choose(key) }, x.say(`verdict_${key}`)),
    );
    choose(null);
    return x.element("div", { class: "verdicts" }, x.element("div", { class: "pair", role: "group", "aria-label": x.say("verdict") }, buttons), passed, failed);
  }

  x.caseActions = { form, actionOf };
})(globalThis.xunjie);
