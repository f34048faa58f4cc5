// The photos of a case as the server has them: small, before and after, each with what was noticed about it.
"use strict";

(function (x) {
  let mayBlur = false;

  // Fill `element`; without a signal, or without photos, it stays empty.
  x.casePhotos = async function (issue, element) {
    const answer = await x.today.answerOf(`/api/issues/${encodeURIComponent(issue.id)}/photos`);
    const photos = answer ? answer.photos : [];
    if (photos.length === 0) {
      return;
    }
    const of = (kind) => photos.filter((photo) => photo.kind === kind);
    mayBlur = x.who.may(await x.who.current(), "report");
    const parts = ["before", "after"].filter((kind) => of(kind).length).map((kind) => row(kind, of(kind)));
    element.replaceChildren(...parts);
  };

  function row(kind, photos) {
    const name = x.say(`photos_${kind}`);
    const shots = photos.map((photo, i) => shot(photo, x.say("photo_of_kind", { kind: name, n: i + 1 })));
    const notices = noticed(photos).map(([text, numbers]) => x.element("li", {}, x.say("photo_notice", { n: numbers.join(", "), text })));
    return x.element(
      "div",
      { class: "photos" },
      x.element("p", { class: "label" }, name),
      x.element("div", { class: "shots" }, shots),
      notices.length ? x.element("ul", { class: "notices" }, notices) : null,
    );
  }

  // What was noticed, each sentence once, with the numbers of the photos that it is about.
  function noticed(photos) {
    const numbers = new Map();
    photos.forEach((photo, i) => {
      for (const flag of photo.flags) {
        const text = x.isChinese() ? flag.message_zh : flag.message;
        numbers.set(text, [...(numbers.get(text) || []), i + 1]);
      }
    });
    return [...numbers];
  }

  const address = (photo) => `/api/photos/${photo.photo}`;

  function shot(photo, name) {
    const large = () => {
      const blur = mayBlur && !photo.reviewed ? [blurLink(photo)] : [];
      const sheet = x.sheet({ title: name, full: true, content: [x.element("img", { src: address(photo), alt: name }), ...blur], name: "photo" });
      sheet.body.classList.add("large-photo");
    };
    return x.element("button", { type: "button", class: "shot", onclick: large }, x.element("img", { src: `${address(photo)}/thumb`, alt: name, loading: "lazy" }));
  }

  // Nobody has looked yet whether a face or a plate is in it: the page that hides them, beside this one.
  function blurLink(photo) {
    const query = { theme: x.state.theme };
    return x.pagesLink({ class: "primary wide", target: "_blank", rel: "noopener" }, `photos/${photo.photo}/blur`, query, x.say("blur_photo"));
  }
})(globalThis.xunjie);
