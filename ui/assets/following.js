// Tells a page without a map of each new revision: at once while few pages are open, spread out when they are many.
const followers = new WeakMap();
const PACE_MS = 1000;
const PACE_SHARE = 5;
const SLOWEST_MS = 20000;

export default function ({ data, parentElement, setTriggerValue }) {
  let follower = followers.get(parentElement);
  if (!follower) {
    follower = { shown: 0, newest: 0, moment: false, asked: 0, next: 0, timer: 0, pace: 0, trigger: null };
    followers.set(parentElement, follower);
    begin(follower, parentElement, data.worker);
  }
  if (follower.asked) {
    const took = performance.now() - follower.asked;
    follower.next = Math.max(follower.next, follower.asked + Math.min(PACE_SHARE * took, SLOWEST_MS));
    follower.asked = 0;
  }
  window.dispatchEvent(new CustomEvent("xunjie:clock", { detail: data.clock[0] })); // the bar is not drawn anew
  follower.trigger = setTriggerValue;
  follower.pace = data.pace;
  follower.shown = Math.max(follower.shown, data.revision);
  window.dispatchEvent(new CustomEvent("xunjie:clock", { detail: data.clock[0] }));
}

function begin(follower, parent, worker) {
  const behind = () => follower.newest > follower.shown || follower.moment;
  const follow = () => {
    if (!behind() || document.hidden || follower.timer) return;
    const wait = Math.max(Math.random() * follower.pace, follower.next - performance.now());
    follower.timer = setTimeout(() => {
      follower.timer = 0;
      if (document.hidden || !parent.isConnected || !behind()) return;
      follower.shown = Math.max(follower.shown, follower.newest);
      follower.moment = false;
      follower.asked = performance.now();
      follower.next = follower.asked + Math.max(PACE_MS, follower.pace);
      follower.trigger("revision", follower.shown);
      follow();
    }, wait);
  };
  const heard = (revision) => {
    follower.newest = Math.max(follower.newest, Number(revision) || 0);
    follow();
  };
  // A deadline has passed: the page says something else at the same revision.
  const passed = () => {
    follower.moment = true;
    follow();
  };
  // A page that nobody sees catches up when it is looked at again.
  const look = () => (parent.isConnected ? follow() : document.removeEventListener("visibilitychange", look));
  document.addEventListener("visibilitychange", look);
  if ("SharedWorker" in window) {
    const { port } = new SharedWorker(worker, { name: "xunjie-live" });
    port.onmessage = (event) => {
      if (!parent.isConnected) {
        port.postMessage("bye");
        port.close();
      } else if (event.data.kind === "revision") heard(event.data.data.revision);
      else if (event.data.kind === "moment") passed();
    };
    port.start();
    window.addEventListener("pagehide", () => port.postMessage("bye"));
    window.addEventListener("pageshow", (event) => event.persisted && port.postMessage("hello"));
  } else whileVisible(parent, heard, passed);
}

// Without SharedWorker only a visible tab holds a stream: a browser allows six connections a host.
function whileVisible(parent, heard, passed) {
  let source = null;
  const look = () => {
    if (document.hidden || !parent.isConnected) {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource("/api/stream");
      source.addEventListener("revision", (event) => heard(JSON.parse(event.data).revision));
      source.addEventListener("moment", passed);
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
}
