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
}

// A row under the pointer or the focus is told to the map; a mark under the map's pointer lights its row.
const HOVER_MS = 80;

function link(table) {
  let timer = 0;
  const tell = (code) => {
    clearTimeout(timer);
    const detail = { kind: code ? table.picks : "", code };
    timer = setTimeout(() => window.dispatchEvent(new CustomEvent("xunjie:row", { detail })), HOVER_MS);
  };
  const codeAt = (event) => event.target.closest("tr")?.querySelector("button[data-code]")?.dataset.code ?? "";
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
  for (const open of table.root.querySelectorAll("button[data-code]")) {
    open.closest("tr").classList.toggle("lit", open.dataset.code === code);
  }
}

function draw(table, data) {
  const focused = table.root.getRootNode().activeElement?.dataset?.code;
  const grid = make("table", data.dense ? "dense" : "");
  const caption = text("caption", "", data.label);
  const head = make("thead", "");
  const line = make("tr", "");
  for (const column of data.columns) {
    const cell = text("th", column.align ?? "", column.label);
    cell.scope = "col";
    line.append(cell);
  }
  head.append(line);
  const body = make("tbody", "");
  for (const row of data.rows) body.append(record(table, data, row));
  grid.append(caption, head, body);
  table.root.replaceChildren(grid);
  if (focused) [...table.root.querySelectorAll("button")].find((one) => one.dataset.code === focused)?.focus();
}

function record(table, data, row) {
  const line = make("tr", data.selected === row.code ? "selected" : "");
  row.cells.forEach((content, place) => {
    const cell = make("td", data.columns[place].align ?? "");
    if (place === 0) {
      const open = make("button", "");
      open.type = "button";
      open.dataset.code = row.code;
      fill(open, content);
      cell.append(open);
    } else fill(cell, content);
    line.append(cell);
  });
  line.addEventListener("click", () => table.trigger("pick", row.code));
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
