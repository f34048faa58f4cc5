// Language and theme before the first paint: what the address says, else what was chosen, else what the phone says.
"use strict";

(function () {
  const root = document.documentElement;
  // A browser that keeps nothing for this site still shows the page.
  function kept(name) {
    try {
      return localStorage.getItem(`xunjie-street-${name}`);
    } catch {
      return null;
    }
  }
  const asked = new URLSearchParams(location.search).get("lang");
  const spoken = navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
  const language = [asked, kept("language"), spoken].find((one) => one === "zh-CN" || one === "en");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function paint() {
    const theme = kept("theme");
    root.dataset.theme = theme === "light" || theme === "dark" ? theme : dark.matches ? "dark" : "light";
    root.dispatchEvent(new Event("themechange"));
  }
  root.lang = language;
  paint();
  dark.addEventListener("change", paint);
  root.addEventListener("choosetheme", paint);
})();
