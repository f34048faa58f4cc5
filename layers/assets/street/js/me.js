// Mine: who I am, my part of the city, how the page looks, and what the phone keeps.
"use strict";

(function (x) {
  let parts = null;

  function build() {
    const who = x.element("div", { class: "card who" });
    const outbox = x.element("button", { type: "button", class: "row", onclick: () => x.openOutbox() });
    const areas = x.element("div", { class: "areas" });
    const storage = x.element("p", { class: "sub" });
    const release = x.element("p", { class: "hint" }, x.say("release", { release: document.documentElement.dataset.release }));
    parts = { who, outbox, areas, storage };
    const part = (key, ...content) => x.element("section", { class: "card" }, x.element("h2", {}, x.say(key)), content);
    x.on("who", draw);
    x.on("outbox", draw);
    x.on("tab", (tab) => tab === "me" && draw());
    return x.element(
      "section",
      { class: "tab-me", "data-tab": "me" },
      x.element(
        "div",
        { class: "scroll padded" },
        who,
        x.element("div", { class: "card" }, outbox, x.pagesLink({ class: "row" }, "", {}, x.element("span", {}, x.say("all_pages")), x.icon("next"))),
        part("my_area", x.element("p", { class: "hint" }, x.say("my_area_hint")), areas),
        part("look", choices("language", [["zh-CN", "中文"], ["en", "English"]], document.documentElement.lang, turnLanguage), choices("theme", ["auto", "light", "dark"].map((name) => [name, x.say(`theme_${name}`)]), localStorage.getItem("xunjie-street-theme") || "auto", turnTheme)),
        part("on_this_phone", storage, x.element("p", { class: "hint" }, x.say("install_hint"))),
        release,
      ),
    );
  }

  function choices(name, options, chosen, choose) {
    const buttons = options.map(([value, text]) =>
      x.element("button", { type: "button", class: "chip", "aria-pressed": String(value === chosen), lang: name === "language" ? value : null, onclick: (event) => pick(event.currentTarget, value) }, text),
    );
    function pick(button, value) {
      buttons.forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
      choose(value);
    }
    return x.element("div", { class: "orders", role: "group", "aria-label": x.say(name) }, buttons);
  }

  function turnLanguage(language) {
    localStorage.setItem("xunjie-street-language", language);
    location.assign("/street");
  }

  function turnTheme(theme) {
    localStorage.setItem("xunjie-street-theme", theme);
    document.documentElement.dispatchEvent(new Event("choosetheme"));
  }

  async function draw() {
    const me = await x.who.current();
    const counts = await x.outbox.counts();
    const name = me.demo || me.account === null ? x.say("demo_user") : me.name || me.account;
    const roles = me.roles.map((role) => x.say(`role_${role}`)).join(" · ");
    const leave = me.login !== "off" && me.account !== null ? x.element("button", { type: "button", class: "plain", onclick: signOut }, x.say("sign_out")) : null;
    const lines = x.element("div", { class: "lines" }, x.element("strong", {}, name), x.element("span", { class: "sub" }, me.demo ? x.say("demo_user_hint") : roles));
    parts.who.replaceChildren(x.icon("me", "large"), lines, ...(leave ? [leave] : []));
    const says = counts.conflict + counts.refused ? x.say("need_you", { n: counts.conflict + counts.refused }) : x.say("waiting_n", { n: counts.waiting });
    parts.outbox.replaceChildren(x.element("span", {}, x.say("outbox")), x.element("span", { class: "sub" }, says), x.icon("next"));
    drawAreas();
    await drawStorage();
  }

  async function signOut() {
    try {
      await x.who.signOut();
      location.assign("/sign-in?next=%2Fstreet");
    } catch {
      x.toast(x.say("sign_out_failed"));
    }
  }

  function drawAreas() {
    const { subdistricts } = x.today.scope();
    const turn = (code) => {
      const chosen = subdistricts.includes(code) ? subdistricts.filter((one) => one !== code) : [...subdistricts, code];
      x.today.choose({ subdistricts: chosen }).catch(x.storageTrouble).finally(drawAreas);
    };
    const chip = (code, text, pressed, onclick) => x.element("button", { type: "button", class: "chip", "data-area": code, "aria-pressed": String(pressed), onclick }, text);
    const focused = document.activeElement?.dataset?.area;
    parts.areas.replaceChildren(
      chip("", x.say("whole_city"), subdistricts.length === 0, () => x.today.choose({ subdistricts: [] }).catch(x.storageTrouble).finally(drawAreas)),
      ...x.city.areas.items.map((area) => chip(area.code, x.nameOf(area.short), subdistricts.includes(area.code), () => turn(area.code))),
    );
    if (focused !== undefined) {
      parts.areas.querySelector(`[data-area="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  function size(bytes) {
    const [value, unit] = bytes < 2 ** 30 ? [bytes / 2 ** 20, "MB"] : [bytes / 2 ** 30, "GB"];
    return `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;
  }

  async function drawStorage() {
    const estimate = await navigator.storage?.estimate?.();
    const safe = await navigator.storage?.persisted?.();
    const room = estimate ? x.say("storage_used", { used: size(estimate.usage), left: size(estimate.quota - estimate.usage) }) : "";
    parts.storage.textContent = [room, x.say(safe ? "storage_safe" : "storage_unsafe")].filter(Boolean).join(" · ");
  }

  x.me = { build };
})(globalThis.xunjie);
