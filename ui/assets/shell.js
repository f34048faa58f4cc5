// The right end of the bar: clock, language, theme; and what the document itself must say (language, title).
const shells = new WeakMap();

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
  box.append(clock, languages, themes);
  parent.append(box);

  const shell = { trigger: null };
  shell.tell = (text) => {
    long.textContent = text.long;
    short.textContent = text.short;
    clock.title = text.help;
    dot.classList.toggle("past", !text.now);
  };
  shell.draw = (data) => {
    shell.tell(data.clock[0]);
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
  window.addEventListener("xunjie:clock", hear);
  return shell;
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
