// A table of records whose rows open a card: real table markup, texts set and never parsed.
const tables = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) {
    table = { root: make("div", "holder") };
    parentElement.append(table.root);
    tables.set(parentElement, table);
  }
  table.trigger = setTriggerValue;
  draw(table, data);
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
