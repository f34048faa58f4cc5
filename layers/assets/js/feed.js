// Fetches what the picture needs and hands it over when it is complete; until then the old picture stays.
"use strict";

(function (x) {
  const SLOW_MS = 400;
  const data = {};
  const urls = {};
  let running = null;
  let again = null;

  async function get(url, signal) {
    const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) {
      const body = await answer.json().catch(() => null);
      throw new Error(body && body.error ? body.error.expected : `HTTP ${answer.status}`);
    }
    return answer.json();
  }

  function showProgress(visible) {
    document.getElementById("progress").hidden = !visible;
  }

  // Loads `wanted` ({name: url}); `fresh` also asks for those whose address did not change.
  async function load(wanted, fresh) {
    const asked = Object.entries(wanted).filter(([name, url]) => fresh || urls[name] !== url);
    forget(wanted);
    const abort = new AbortController();
    const slow = setTimeout(showProgress, SLOW_MS, true);
    running = abort;
    const answers = await Promise.allSettled(asked.map(([, url]) => get(url, abort.signal)));
    clearTimeout(slow);
    if (running !== abort) {
      return false;
    }
    running = null;
    showProgress(false);
    const failed = [];
    answers.forEach((answer, position) => {
      const [name, url] = asked[position];
      if (answer.status === "fulfilled") {
        data[name] = answer.value;
        urls[name] = url;
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
        delete data[name];
        delete urls[name];
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

  // Brings the picture up to date; `fresh` after a change of the data.
  async function refresh({ fresh = false } = {}) {
    again = null;
    if (running) {
      running.abort();
      running = null;
    }
    const wanted = { ...x.requests.ofFilter(), ...x.requests.ofView() };
    if (await load(wanted, fresh)) {
      x.emit("picture", data);
      x.state.ready = true;
      document.documentElement.dataset.ready = "true";
      followUp();
    }
  }

  // Too many points to draw one by one: those in view are asked for once that is known.
  function followUp() {
    if (data.allPoints && data.allPoints.mode === "clusters" && !data.points) {
      soon();
    }
  }

  // Several causes within a moment make one refresh.
  function soon(options) {
    again = { fresh: Boolean((again && again.fresh) || (options && options.fresh)) };
    clearTimeout(soon.timer);
    soon.timer = setTimeout(() => refresh(again || {}), 30);
  }

  x.feed = { data, get, refresh, soon };
})(window.xunjie);
