// A field of photos: taken now or chosen, kept at once, shown small; a tap shows one large, and takes it away.
"use strict";

(function (x) {
  const MOST = 9;

  // {element, photos(), show(list)}; a photo is {key, as, type, sha256} and `bytes` as long as the phone has not kept it.
  x.photoField = function ({ as, label, hint, changed }) {
    let photos = [];
    const shots = x.element("div", { class: "shots" });
    const says = x.element("p", { class: "wrong", role: "alert" });
    const element = x.element(
      "div",
      { class: "photos", role: "group", "aria-label": label },
      x.element("p", { class: "label" }, label, " ", x.element("span", { class: "hint" }, hint)),
      shots,
      says,
    );

    function adder(name, capture) {
      const input = x.element("input", { type: "file", accept: "image/*", multiple: !capture, capture: capture ? "environment" : null, "data-as": as });
      input.addEventListener("change", () => take([...input.files]).finally(() => (input.value = "")));
      return x.element("label", { class: "add-shot" }, input, x.icon(name), x.element("span", {}, x.say(capture ? "take_photo" : "choose_photo")));
    }

    async function take(files) {
      says.textContent = "";
      for (const file of files) {
        try {
          await takeOne(file);
        } catch (error) {
          if (!(error instanceof x.Told)) {
            throw error;
          }
          says.textContent = error.message;
        }
      }
      draw();
      changed(photos);
    }

    async function takeOne(file) {
      if (photos.length >= MOST) {
        throw new x.Told(x.say("photos_most", { n: MOST }));
      }
      const photo = await x.photoBytes.read(file);
      if (photos.some((one) => one.sha256 === photo.sha256)) {
        throw new x.Told(x.say("photo_twice"));
      }
      const known = { key: photo.key, as, type: photo.type, sha256: photo.sha256 };
      try {
        await x.database.put("photos", photo);
        photos = [...photos, known];
      } catch (error) {
        photos = [...photos, { ...known, bytes: photo.bytes }]; // it stays on the screen, and is kept with the entry
        x.storageTrouble(error);
      }
    }

    const bytesOf = async (photo) => photo.bytes || (await x.database.get("photos", photo.key))?.bytes;

    function picture(photo, description) {
      const image = x.element("img", { alt: description, decoding: "async" });
      image.addEventListener("error", () => image.replaceWith(x.element("span", { class: "no-preview" }, x.say("no_preview"))));
      bytesOf(photo).then((bytes) => {
        if (bytes) {
          const url = URL.createObjectURL(new Blob([bytes], { type: photo.type }));
          image.addEventListener("load", () => URL.revokeObjectURL(url));
          image.src = url;
        }
      });
      return image;
    }

    function large(photo, n) {
      const away = x.element("button", { type: "button", class: "danger wide" }, x.say("remove_photo"));
      away.addEventListener("click", () => {
        photos = photos.filter((one) => one.key !== photo.key);
        x.database.remove("photos", photo.key);
        draw();
        changed(photos);
        sheet.close();
      });
      const sheet = x.sheet({ title: x.say("photo_n", { n }), full: true, content: [picture(photo, x.say("photo_n", { n })), away], name: "photo" });
      sheet.body.classList.add("large-photo");
    }

    function draw() {
      const shown = photos.map((photo, i) =>
        x.element("button", { type: "button", class: "shot", onclick: () => large(photo, i + 1) }, picture(photo, x.say("photo_n", { n: i + 1 }))),
      );
      shots.replaceChildren(adder("camera", true), adder("gallery", false), ...shown);
    }

    draw();
    return {
      element,
      photos: () => photos,
      show: (list) => {
        photos = list;
        draw();
      },
    };
  };
})(globalThis.xunjie);
