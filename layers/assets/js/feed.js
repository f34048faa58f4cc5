// Fetches what the picture needs and hands it over when it is complete; until then the old picture stays.
"use strict";

(function (x) {
  const SLOW_MS = 400;
  // Refreshes begin at least so far apart: of a burst of changes the first is shown at once, the rest together.
  const APART_MS = 250;
  const data = {};
  const urls = {};
  const asked = {};
  // Names whose answer may no longer hold, and since when; kept until one has come that was asked for later.
  const stale = new Map();
  let running = null;
  let began = 0;

  async function get(url, signal) {
    const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) {
      const body = await answer.json().catch(() => null);
      throw new Error(body && body.error ? body.error.expected : `HTTP ${answer.status}`);
    }
    return answer.json();
  }

  async function getUnpacked([name, url], signal) {
    return x.unpacked(name, await get(url, signal));
  }

  function showProgress(visible) {
    document.getElementById("progress").hidden = !visible;
  }

  // Loads those of `wanted` ({name: url}) whose address changed, or whose answer may no longer hold.
  async function load(wanted) {
    const asking = Object.entries(wanted).filter(([name, url]) => stale.has(name) || urls[name] !== url);
    forget(wanted);
    const abort = new AbortController();
    const slow = setTimeout(showProgress, SLOW_MS, true);
    running = abort;
    began = performance.now();
    const answers = await Promise.allSettled(asking.map((entry) => getUnpacked(entry, abort.signal)));
    clearTimeout(slow);
    if (running !== abort) {
      return false;
    }
    running = null;
    showProgress(false);
    const failed = [];
    answers.forEach((answer, position) => {
      const [name, url] = asking[position];
      if (answer.status === "fulfilled") {
        data[name] = answer.value;
        urls[name] = url;
        asked[name] = began;
        if (stale.get(name) <= began) {
          stale.delete(name);
        }
      } else {
        failed.push({ name, reason: answer.reason.message });
      }
    });
    takeFigures();
    x.emit("failed", failed);
    return true;
  }

  function forget(wanted) {
    for (const name of Object.keys(data)) {
      if (!(name in wanted)) {
        for (const table of [data, urls, asked]) {
          delete table[name];
        }
        stale.delete(name);
      }
    }
  }

  function takeFigures() {
    const { summary } = data;
    if (summary) {
      x.state.revision = Math.max(summary.revision, x.state.revision || 0);
      x.state.asOf = summary.as_of;
      x.state.n = summary.issues.total;
    }
  }

  function doubt(names) {
    const now = performance.now();
    names.forEach((name) => stale.set(name, now));
  }

  // Brings the picture up to date; `fresh` asks for everything again.
  async function refresh({ fresh = false } = {}) {
    clearTimeout(soon.timer);
    soon.timer = null;
    if (fresh) {
      doubt(Object.keys(data));
    }
    if (running) {
      running.abort();
      running = null;
    }
    if (await load({ ...x.requests.ofFilter(), ...x.requests.ofView() })) {
      x.emit("picture", data);
      x.state.ready = true;
      document.documentElement.dataset.ready = "true";
      followUp();
    }
  }

  // After a change of the data: asks again for the figures, and for what it concerns of the part in view.
  function changed(delta) {
    const now = performance.now();
    doubt(Object.keys(data).filter((name) => x.concern.touches(delta, name, urls[name], data[name], now - asked[name])));
    // What is under way is let finish: changes that come faster than answers must not keep the picture from ever coming.
    if (!running) {
      later();
    }
  }

  function later() {
    if (!soon.timer) {
      soon.timer = setTimeout(refresh, Math.max(0, APART_MS - (performance.now() - began)));
    }
  }

  // What the answers themselves make wanted: points one by one or not, colours that end elsewhere, changes since.
  function followUp() {
    const wanted = x.requests.ofView();
    if (Object.entries(wanted).some(([name, url]) => urls[name] !== url)) {
      soon();
    } else if ([...stale.values()].some((since) => since > began)) {
      later();
    }
  }

  // Several causes within a moment make one refresh.
  function soon({ fresh = false } = {}) {
    if (fresh) {
      doubt(Object.keys(data));
    }
    clearTimeout(soon.timer);
    soon.timer = setTimeout(refresh, 30);
  }

  x.feed = { data, urls, get, refresh, changed, soon };
})(window.xunjie);
