// One line that says what has just happened, and the line that stays when the phone is full.
"use strict";

(function (x) {
  const SHOWN_MS = 3_500;
  const line = x.element("div", { class: "toast", role: "status", "aria-live": "polite" });
  const alarm = x.element("div", { class: "alarm", role: "alert", hidden: true });
  let timer = null;

  x.toast = function (text) {
    clearTimeout(timer);
    line.textContent = text;
    line.classList.add("shown");
    timer = setTimeout(() => line.classList.remove("shown"), SHOWN_MS);
  };

  // What was said of one screen is not said over the next.
  x.hush = () => line.classList.remove("shown");

  // A write that failed: what is on the screen is still there, and the line says what to do.
  x.storageTrouble = function (error) {
    x.alarm(x.say(x.database.isFull(error) ? "storage_full" : "storage_failed"));
  };

  x.alarm = function (text) {
    const close = x.element("button", { type: "button", class: "plain", onclick: () => (alarm.hidden = true) }, x.say("close"));
    alarm.replaceChildren(x.element("span", {}, text), close);
    alarm.hidden = false;
  };

  x.notices = [alarm, line];
})(globalThis.xunjie);
