// The line at the top: where one is, and whether what was written has arrived.
"use strict";

(function (x) {
  let parts = null;
  let state = { counts: { waiting: 0, conflict: 0, refused: 0 }, sending: "idle" };

  function build() {
    const title = x.element("h1", {});
    const status = x.element("button", { type: "button", class: "status", onclick: tapped });
    parts = { title, status };
    x.on("outbox", (counts) => turn({ counts }));
    x.on("sending", ({ state: sending }) => turn({ sending }));
    x.on("online", () => turn({}));
    x.on("today", () => turn({}));
    x.on("who", () => turn(state.sending === "signin" ? { sending: "idle" } : {}));
    x.on("tab", (tab) => (title.textContent = x.say(`title_${tab}`)));
    const pages = x.pagesLink({ class: "icon pages", "aria-label": x.say("all_pages"), title: x.say("all_pages") }, "", {}, x.icon("pages"));
    return x.element("header", { class: "top" }, pages, title, status);
  }

  const tapped = () => (state.sending === "signin" ? location.assign("/sign-in?next=%2Fstreet") : x.openOutbox());

  function turn(changes) {
    state = { ...state, ...changes };
    const [icon, text, kind] = said();
    parts.status.className = `status ${kind}`;
    parts.status.replaceChildren(x.icon(icon), x.element("span", {}, text));
  }

  // What matters most: something that needs its author, then what waits and why, then how old the list is.
  function said() {
    const { counts, sending } = state;
    const stuck = counts.conflict + counts.refused;
    const offline = navigator.onLine === false;
    if (sending === "signin") {
      return ["alert", x.say("status_signin"), "bad"];
    }
    if (stuck) {
      return ["alert", x.say("need_you", { n: stuck }), "bad"];
    }
    if (offline) {
      return ["waiting", counts.waiting ? x.say("offline_waiting", { n: counts.waiting }) : x.say("offline"), "waits"];
    }
    if (sending === "sending" && counts.waiting) {
      return ["sending", x.say("sending_n", { n: counts.waiting }), "waits"];
    }
    if (counts.waiting) {
      return ["waiting", x.say(sending === "down" ? "server_down_waiting" : "waiting_n", { n: counts.waiting }), "waits"];
    }
    const kept = x.today.kept();
    const clock = kept && x.numbers.clock(x.inCity(new Date(kept.at).toISOString()));
    return ["synced", clock ? x.say("synced_at", { clock }) : x.say("online"), "good"];
  }

  x.header = { build };
})(globalThis.xunjie);
