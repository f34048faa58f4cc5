// The right end of the bar: clock, who looks, language, theme; what the document itself must say (language); whether the server is there.
const shells = new WeakMap();
const OLD_MS = 5 * 60 * 1000;
let staleSince = null; // when the stream was lost; null while it runs
let following = false;

export default function ({ data, parentElement, setTriggerValue }) {
  document.documentElement.lang = data.lang;
  document.documentElement.dataset.theme = data.theme;
  let shell = shells.get(parentElement);
  if (!shell) {
    shell = mount(parentElement);
    shells.set(parentElement, shell);
  }
  shell.trigger = setTriggerValue;
  shell.draw(data);
  follow(data.worker);
}

// The stream that the maps follow too, by the one SharedWorker of the browser; pages without a map have no other news.
function follow(worker) {
  if (following) return;
  following = true;
  new MutationObserver(closeBox).observe(document.body, { childList: true });
  if ("SharedWorker" in window) {
    const { port } = new SharedWorker(worker, { name: "xunjie-live" });
    port.onmessage = (event) => lost(event.data.kind === "error");
    port.start();
    window.addEventListener("pagehide", () => port.postMessage("bye"));
    window.addEventListener("pageshow", (event) => event.persisted && port.postMessage("hello"));
  } else whileVisible();
}

// Without SharedWorker only a visible tab holds a stream: a browser allows six connections a host.
function whileVisible() {
  let source = null;
  const look = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource("/api/stream");
      source.onopen = () => lost(false);
      source.onerror = () => lost(true);
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
}

let growOld = 0;
function lost(stale) {
  if (stale === (staleSince !== null)) return;
  staleSince = stale ? Date.now() : null;
  clearTimeout(growOld);
  if (stale) growOld = setTimeout(announce, OLD_MS);
  announce();
}

// While the bar says that the server is gone, the framework's box over the page, in English only, says nothing more:
// it would keep people from the figures, which stay. (Our pages open no boxes of their own.)
function closeBox() {
  if (staleSince !== null) document.querySelector('[data-testid="stDialog"] [role="dialog"] > button')?.click();
}

function announce() {
  closeBox();
  window.dispatchEvent(new CustomEvent("xunjie:freshness"));
}

function mount(parent) {
  const box = document.createElement("div");
  box.className = "shell";
  const clock = make("div", "asof");
  const dot = make("span", "dot");
  const long = make("span", "long");
  const short = make("span", "short");
  clock.setAttribute("role", "status");
  clock.append(dot, long, short);
  const languages = make("div", "seg");
  const themes = make("div", "seg themes");
  languages.setAttribute("role", "group");
  themes.setAttribute("role", "group");
  const who = make("div", "who");
  box.append(clock, who, languages, themes);
  parent.append(box);

  const shell = { trigger: null, text: null };
  shell.tell = (text) => {
    shell.text = text;
    const stale = staleSince !== null;
    long.textContent = stale ? text.stale_long : text.long;
    short.textContent = stale ? text.stale_short : text.short;
    clock.title = stale ? text.stale_long : text.help;
    dot.classList.toggle("past", !text.now);
    clock.classList.toggle("stale", stale);
    clock.classList.toggle("old", stale && Date.now() - staleSince >= OLD_MS);
    markInbox(text.unread);
  };
  shell.draw = (data) => {
    shell.tell(data.clock[0]);
    drawWho(who, data.who[0]);
    languages.setAttribute("aria-label", data.language_label);
    themes.setAttribute("aria-label", data.theme_label);
    languages.replaceChildren(...data.languages.map((entry) =>
      button(entry, entry.code === data.lang, () => shell.trigger("language", entry.code))));
    themes.replaceChildren(...data.themes.map((entry) =>
      button(entry, entry.code === data.theme, () => choose(entry.code, data.paths))));
  };
  const hear = (event) => {
    if (!box.isConnected) window.removeEventListener("xunjie:clock", hear);
    else shell.tell(event.detail);
  };
  const again = () => {
    if (!box.isConnected) window.removeEventListener("xunjie:freshness", again);
    else if (shell.text) shell.tell(shell.text);
  };
  window.addEventListener("xunjie:clock", hear);
  window.addEventListener("xunjie:freshness", again);
  return shell;
}

// The mark beside the inbox, wherever the navigation has it: the style sheet draws it from the document's own word.
function markInbox(unread) {
  if (!unread) return; // it could not be told: what stood there stays
  const root = document.documentElement;
  root.toggleAttribute("data-unread", unread.text !== "");
  root.style.setProperty("--unread", `${JSON.stringify(unread.text)} / ${JSON.stringify(unread.label)}`);
}

function button(entry, on, act) {
  const made = make("button", on ? "on" : "");
  made.type = "button";
  made.textContent = entry.label;
  made.setAttribute("aria-pressed", String(on));
  if (entry.lang) made.lang = entry.lang;
  if (!on) made.addEventListener("click", act);
  return made;
}

// Signed in: a name and the way out. In the demo: as whom one looks; the server reads the choice from a cookie.
function drawWho(box, who) {
  const said = JSON.stringify(who);
  if (box.dataset.said === said) return;
  box.dataset.said = said;
  if (who.persons) {
    const list = document.createElement("select");
    list.setAttribute("aria-label", who.label);
    list.title = who.label;
    list.append(...who.persons.map((person) => new Option(person.label, person.code, false, person.code === who.role)));
    list.addEventListener("change", () => {
      document.cookie = `${who.cookie}=${list.value}; path=/; max-age=31536000; samesite=lax`;
      location.reload();
    });
    box.replaceChildren(list);
    return;
  }
  const name = make("a", "name");
  name.href = who.account;
  name.title = who.account_label;
  name.textContent = who.name;
  const out = make("button", "out");
  out.type = "button";
  out.textContent = who.sign_out;
  out.addEventListener("click", signOut);
  box.replaceChildren(name, out);
}

function signOut() {
  const form = { method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, redirect: "manual" };
  fetch("/sign-out", form).finally(() => location.assign("/sign-in"));
}

// Streamlit keeps the theme of each page's path in the browser and reads it only when the page is loaded.
function choose(theme, paths) {
  const value = JSON.stringify(theme === "dark" ? "Dark" : "Light");
  for (const path of new Set([...paths, location.pathname])) localStorage.setItem(`stActiveTheme-${path}-v2`, value);
  location.reload();
}

function make(name, className) {
  const element = document.createElement(name);
  if (className) element.className = className;
  return element;
}
