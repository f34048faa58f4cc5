// A ranked list whose rows are buttons: bars (a density) or intervals (a rate); texts are set, never parsed.
const lists = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let list = lists.get(parentElement);
  if (!list) {
    list = { root: make("div", "ranking"), open: false, kind: "", lit: "" };
    parentElement.append(list.root);
    lists.set(parentElement, list);
    link(list);
  }
  list.trigger = setTriggerValue;
  list.kind = data.picks;
  draw(list, data);
}

// A row under the pointer or the focus is told to the map; what the map highlights lights its row.
const HOVER_MS = 80;

function link(list) {
  let timer = 0;
  let told = "";
  const tell = (code) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (code === told) return;
      told = code;
      window.dispatchEvent(new CustomEvent("xunjie:row", { detail: { kind: code ? list.kind : "", code } }));
    }, HOVER_MS);
  };
  const codeAt = (event) => event.target.closest(".line[data-code]")?.dataset.code ?? "";
  list.root.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") tell(codeAt(event)); });
  list.root.addEventListener("pointerleave", () => tell(""));
  list.root.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) tell(codeAt(event)); });
  list.root.addEventListener("focusout", () => tell(""));
  const hear = (event) => {
    if (!list.root.isConnected) window.removeEventListener("xunjie:highlight", hear);
    else light(list, event.detail.kind === list.kind ? event.detail.code : "", true);
  };
  window.addEventListener("xunjie:highlight", hear);
}

function light(list, code, bring = false) {
  list.lit = code;
  for (const line of list.root.querySelectorAll(".line[data-code]")) {
    const lit = line.dataset.code === code;
    line.classList.toggle("lit", lit);
    if (lit && bring) bringIntoSight(line);
  }
}

// Scrolls the panel that holds the list, never the page.
function bringIntoSight(line) {
  const panel = line.getRootNode().host?.closest('[class*="st-key-scroll-"]') ?? line.closest('[class*="st-key-scroll-"]');
  if (!panel || panel.scrollHeight <= panel.clientHeight) return;
  const [row, box] = [line.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (row.top < box.top) panel.scrollTop -= box.top - row.top + 8;
  else if (row.bottom > box.bottom) panel.scrollTop += row.bottom - box.bottom + 8;
}

function draw(list, data) {
  const focused = list.root.getRootNode().activeElement?.dataset?.code;
  list.root.className = `ranking ${data.kind}${data.wide ? " wide" : ""}`;
  const rows = make("ol", "rows");
  rows.setAttribute("aria-label", data.label);
  const shown = list.open || !data.limit ? data.rows : data.rows.slice(0, data.limit);
  for (const row of shown) rows.append(item(list, data, row));
  const parts = [head(data), rows];
  if (data.rows.length === 0) parts.push(text("p", "empty", data.empty));
  if (data.limit && data.rows.length > data.limit) {
    const more = text("button", "more", list.open ? data.less : data.more);
    more.type = "button";
    more.setAttribute("aria-expanded", String(list.open));
    more.addEventListener("click", () => { list.open = !list.open; draw(list, data); });
    parts.push(more);
  }
  list.root.replaceChildren(...parts);
  light(list, list.lit);
  if (focused) [...list.root.querySelectorAll("button")].find((one) => one.dataset.code === focused)?.focus();
}

function head(data) {
  const line = make("div", "line head");
  line.setAttribute("aria-hidden", "true");
  const columns = Object.fromEntries(data.columns);
  line.append(text("span", "rank", ""), text("span", "name", columns.name), axis(data),
    text("span", "value", columns.value), text("span", "extra", columns.extra));
  return line;
}

function axis(data) {
  const box = make("span", "mark");
  for (const tick of data.ticks ?? []) {
    const mark = text("i", "tick", tick.text);
    mark.style.left = `${tick.at * 100}%`;
    box.append(mark);
  }
  return box;
}

function item(list, data, row) {
  const line = make("button", "line");
  line.type = "button";
  line.dataset.code = row.code;
  const chosen = data.selected.includes(row.code);
  line.setAttribute("aria-pressed", String(chosen));
  line.title = row.title ?? "";
  const name = text("span", "name", row.name);
  if (row.note) name.append(text("small", "", row.note));
  line.append(text("span", "rank", row.rank ?? ""), name, mark(data, row), text("span", "value", row.value), text("span", "extra", row.extra));
  line.addEventListener("click", () => list.trigger("pick", row.code));
  const cell = make("li", "");
  cell.append(line);
  return cell;
}

function mark(data, row) {
  const box = make("span", "mark");
  box.setAttribute("aria-hidden", "true");
  if (data.kind === "bars") {
    const bar = make("i", "bar");
    bar.style.width = `${Math.max(row.share * 100, row.share > 0 ? 0.8 : 0)}%`;
    bar.style.background = row.colour;
    box.append(bar);
  } else if (data.kind === "intervals") {
    for (const tick of data.ticks) {
      const rule = make("i", tick.reference ? "rule reference" : "rule");
      rule.style.left = `${tick.at * 100}%`;
      box.append(rule);
    }
    if (row.at !== null) {
      const span = make("i", "span");
      span.style.left = `${row.low * 100}%`;
      span.style.width = `${(row.high - row.low) * 100}%`;
      const dot = make("i", "dot");
      dot.style.left = `${row.at * 100}%`;
      box.append(span, dot);
    }
  } else if (row.symbol) {
    box.append(make("i", `symbol ${row.symbol}`));
  }
  return box;
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
