// Choosing a type: the ones used last on the screen, all of them by group and by search one tap away.
"use strict";

(function (x) {
  const ON_SCREEN = 5;
  const RECENT_KEPT = 12;

  const typeOf = (code) => x.city.types.find((type) => type.code === code);
  const typeName = (code) => (typeOf(code) ? x.nameOf(typeOf(code).name) : code);
  const used = async () => (await x.database.kept("recent types", [])).filter(typeOf);

  async function remember(code) {
    const before = await used();
    await x.database.keep("recent types", [code, ...before.filter((one) => one !== code)].slice(0, RECENT_KEPT));
  }

  // One of each group first, so that a new phone shows the breadth of what can be reported.
  function usual() {
    const firsts = x.city.groups.map((group) => x.city.types.find((type) => type.group === group.code)).filter(Boolean);
    return [...firsts, ...x.city.types.filter((type) => !firsts.includes(type))].map((type) => type.code);
  }

  // The field; `choose(code)` is called with each choice, `show(code)` draws one.
  x.typePicker = function (choose) {
    const grid = x.element("div", { class: "types", role: "group", "aria-labelledby": "type-label" });
    let chosen = null;
    let offered = [];

    function button(code) {
      const text = x.element("span", {}, typeName(code).replaceAll("/", "/\u200b")); // where a line may break
      return x.element("button", { type: "button", class: "type", "aria-pressed": String(code === chosen), "data-type": code, onclick: () => pick(code) }, text);
    }

    function draw() {
      const rest = x.city.types.length - offered.length;
      const more = x.element("button", { type: "button", class: "type more", onclick: () => all(pick) }, x.say("more_types", { n: rest }));
      grid.replaceChildren(...offered.map(button), ...(rest > 0 ? [more] : []));
    }

    // A type that is not on the screen takes the last place there; the others stay where the thumb knows them.
    function show(code) {
      chosen = code;
      if (code !== null && !offered.includes(code)) {
        offered = [...offered.slice(0, ON_SCREEN - 1), code];
      }
      draw();
    }

    function pick(code) {
      show(code);
      choose(code);
      grid.querySelector("[aria-pressed=true]")?.focus();
    }

    async function offer() {
      offered = [...new Set([...(await used()), ...usual()])].slice(0, ON_SCREEN);
      show(chosen);
    }

    return { element: grid, show, offer };
  };

  function all(pick) {
    const search = x.element("input", { type: "text", inputmode: "search", enterkeyhint: "search", id: "type-search", autocomplete: "off", placeholder: x.say("search_types"), "aria-label": x.say("search_types") });
    const list = x.element("div", { class: "all-types" });
    const none = x.element("p", { class: "hint", role: "status" });
    function draw() {
      const wanted = search.value.trim().toLowerCase();
      const fits = (type) => [type.name.zh, type.name.en, type.code].some((text) => text.toLowerCase().includes(wanted));
      const groups = x.city.groups.map((group) => [group, x.city.types.filter((type) => type.group === group.code && fits(type))]);
      const shown = groups.filter(([, types]) => types.length);
      none.textContent = shown.length ? "" : x.say("no_type_found");
      list.replaceChildren(...shown.flatMap(([group, types]) => [x.element("h3", {}, x.nameOf(group.name)), ...types.map(row)]));
    }
    function row(type) {
      const done = () => {
        sheet.close();
        pick(type.code);
      };
      const hours = x.city.due_hours[type.code];
      const days = hours % 24 === 0 && hours >= 48;
      const says = days ? x.say("due_within_days", { n: hours / 24 }) : x.say("due_within", { n: hours });
      const due = hours ? x.element("small", {}, says) : null;
      return x.element("button", { type: "button", class: "row", onclick: done }, x.element("span", {}, x.nameOf(type.name)), due);
    }
    search.addEventListener("input", draw);
    draw();
    const sheet = x.sheet({ title: x.say("all_types"), full: true, content: [search, none, list], name: "types" });
  }

  x.types = { typeName, remember };
})(globalThis.xunjie);
