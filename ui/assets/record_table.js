// A table of records whose rows open a card: real table markup, texts set and never parsed.
const tables = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) {
    table = { root: make("div", "holder"), picks: "" };
    parentElement.append(table.root);
    tables.set(parentElement, table);
    link(table);
  }
  table.trigger = setTriggerValue;
  table.picks = data.picks;
  draw(table, data);
  if (table.picked && table.picked === data.selected && data.reveal) reveal(data.reveal);
  if (table.picked === data.selected) table.picked = "";
}

// A card has appeared beside, above or below the table: on a phone nobody should have to look for it.
function reveal(name) {
  const card = document.querySelector(`.st-key-${CSS.escape(name)}`);
  if (!card) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const move = () => {
    const { top } = card.getBoundingClientRect();
    if (top < 56 || top > innerHeight - 160) card.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  };
  setTimeout(move, REVEAL_MS); // when the card has taken the place of what stood there
}

// A row under the pointer or the focus is told to the map; a mark under the map's pointer lights its row.
const HOVER_MS = 80;
const REVEAL_MS = 150;

function link(table) {
  let timer = 0;
  const tell = (code) => {
    clearTimeout(timer);
    const detail = { kind: code ? table.picks : "", code };
    timer = setTimeout(() => window.dispatchEvent(new CustomEvent("xunjie:row", { detail })), HOVER_MS);
  };
  const codeAt = (event) => event.target.closest("tr")?.querySelector("[data-code]")?.dataset.code ?? "";
  table.root.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") tell(codeAt(event)); });
  table.root.addEventListener("pointerleave", () => tell(""));
  table.root.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) tell(codeAt(event)); });
  table.root.addEventListener("focusout", () => tell(""));
  const hear = (event) => {
    if (!table.root.isConnected) window.removeEventListener("xunjie:highlight", hear);
    else light(table, event.detail.kind === table.picks ? event.detail.code : "");
  };
  window.addEventListener("xunjie:highlight", hear);
}

function light(table, code) {
  for (const open of table.root.querySelectorAll("[data-code]")) {
    open.closest("tr").classList.toggle("lit", open.dataset.code === code);
  }
}

function draw(table, data) {
  const focused = table.root.getRootNode().activeElement?.dataset?.key;
  const chosen = chosenOf(table, data);
  const grid = make("table", data.dense ? "dense" : data.stacked ? "stacked" : "");
  const caption = text("caption", "", data.label);
  const head = make("thead", "");
  const line = make("tr", "");
  if (chosen) line.append(everyBox(table, data, chosen));
  for (const column of data.columns) {
    const cell = text("th", column.align ?? "", column.label);
    cell.scope = "col";
    line.append(cell);
  }
  head.append(line);
  const body = make("tbody", "");
  for (const row of data.rows) body.append(record(table, data, row, chosen));
  grid.append(caption, head, body);
  table.root.replaceChildren(grid);
  if (focused) [...table.root.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focused)?.focus();
}

// Boxes: one before every row, and one for all rows that are shown. What was ticked here and is not heard of yet stands.
function chosenOf(table, data) {
  if (!data.ticks.length) return null;
  if (data.ticks[0].heard >= (table.told ?? 0)) table.chosen = new Set(data.ticks[0].chosen);
  return table.chosen;
}

function tick(table, data, codes, on) {
  for (const code of codes) on ? table.chosen.add(code) : table.chosen.delete(code);
  table.told = Math.max(Date.now(), (table.told ?? 0) + 1);
  const shown = data.rows.map((row) => row.code);
  table.trigger("tick", { n: table.told, shown, chosen: shown.filter((code) => table.chosen.has(code)) });
  draw(table, data);
}

function box(kind, key, label, on, tell) {
  const cell = make(kind, "tick");
  const frame = make("label", "");
  const input = make("input", "");
  input.type = "checkbox";
  input.checked = on;
  input.dataset.key = key;
  input.setAttribute("aria-label", label);
  input.addEventListener("change", () => tell(input.checked));
  frame.append(input);
  cell.append(frame);
  return cell;
}

function everyBox(table, data, chosen) {
  const codes = data.rows.map((row) => row.code);
  const some = codes.filter((code) => chosen.has(code)).length;
  const all = some > 0 && some === codes.length;
  const head = box("th", "every", data.ticks[0].every, all, (on) => tick(table, data, codes, on));
  head.querySelector("input").indeterminate = some > 0 && !all;
  head.scope = "col";
  return head;
}

function record(table, data, row, chosen) {
  const line = make("tr", data.selected === row.code || chosen?.has(row.code) ? "selected" : "");
  if (chosen) {
    const label = data.ticks[0].one.replace("{number}", row.cells[0].text);
    line.append(box("td", `tick ${row.code}`, label, chosen.has(row.code), (on) => tick(table, data, [row.code], on)));
  }
  row.cells.forEach((content, place) => {
    const cell = make("td", data.columns[place].align ?? "");
    cell.dataset.name = data.columns[place].name;
    if (data.stacked && place > 0) cell.dataset.label = data.columns[place].label;
    if (place === 0 && !content.href) {
      const open = make("button", "");
      open.type = "button";
      open.dataset.code = row.code;
      open.dataset.key = row.code;
      fill(open, content);
      cell.append(open);
    } else if (content.href) {
      const link = make("a", "");
      link.href = content.href;
      link.target = "_self";
      link.dataset.key = `${place} ${row.code}`;
      if (place === 0) link.dataset.code = row.code;
      fill(link, content);
      cell.append(link);
    } else fill(cell, content);
    if (content.tone) cell.classList.add(content.tone);
    line.append(cell);
  });
  line.addEventListener("click", (event) => {
    if (event.target.closest("a, input, label")) return;
    const link = row.cells[0].href && line.querySelector("a");
    if (link) link.click();
    else {
      table.picked = row.code;
      table.trigger("pick", row.code);
    }
  });
  return line;
}

function fill(cell, content) {
  if (content.symbol) {
    const sign = make("i", "symbol");
    sign.style.backgroundImage = `var(--symbol-${content.symbol})`;
    cell.append(sign);
  }
  if (content.letter) {
    const disc = text("i", "disc", content.letter);
    disc.style.background = content.colour;
    disc.style.color = content.ink;
    disc.setAttribute("aria-hidden", "true");
    cell.append(disc);
  }
  if (content.hatch) cell.append(make("i", "hatch"));
  cell.append(document.createTextNode(content.text));
  if (content.small) cell.append(text("small", "", content.small));
}

function make(name, className) {
  const element = document.createElement(name);
  if (className) element.className = className;
  return element;
}

function text(name, className, content) {
  const element = make(name, className);
  element.textContent = content ?? "";
  return element;
}
