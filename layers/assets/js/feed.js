// Fetches what the picture needs and hands it over when it is complete; until then the old picture stays.
"use strict";

(function (x) {
  const SLOW_MS = 400;
  // Refreshes begin at least so far apart: of a burst of changes the first is shown at once, the rest together.
  const APART_MS = 250;
  // A request that names several answers is no longer than any server takes.
  const LONGEST = 6000;
  const data = {};
  const urls = {};
  const tags = {};
  const asked = {};
  // Names whose answer may no longer hold, and since when; kept until one has come that was asked for later.
  const stale = new Map();
  let running = null;
  let began = 0;

  async function ask(url, options) {
    const answer = await fetch(url, { ...options, headers: { Accept: "application/json" } });
    if (!answer.ok) {
      throw new Error(reasonOf(await answer.json().catch(() => null), answer.status));
    }
    return answer;
  }

  const get = async (url, signal) => (await ask(url, { signal })).json();

  function reasonOf(body, status) {
    const { message, message_zh: chinese } = (body && body.error) || {};
    return (x.isChinese() ? chinese : message) || `HTTP ${status}`;
  }

  async function getUnpacked([name, url], signal) {
    const answer = await ask(url, { signal });
    return { content: x.unpacked(name, await answer.json()), tag: answer.headers.get("etag") };
  }

  // Several answers that are known already, brought up to date in one request: by name what came of each.
  function pictureUrl(entries) {
    const query = entries.flatMap(([name, url]) => [["ask", url], ["tag", tags[name]]]);
    return `/api/picture?${new URLSearchParams(query)}`;
  }

  async function getPicture(entries, signal) {
    const { answers } = await (await ask(pictureUrl(entries), { signal, cache: "no-store" })).json();
    return new Map(entries.map(([name], position) => [name, answers[position]]));
  }

  function ofPicture(name, { status, etag, content }) {
    if (status === 304) {
      return { content: data[name], tag: tags[name] };
    }
    if (status !== 200) {
      throw new Error(reasonOf(content, status));
    }
    return { content: x.unpacked(name, content), tag: etag };
  }

  // A promise for each of `asking`: those that were asked for before together, where they are several.
  function answersTo(asking, signal) {
    const known = asking.filter(([name, url]) => urls[name] === url && tags[name]);
    const together = known.length > 1 && pictureUrl(known).length < LONGEST ? getPicture(known, signal) : null;
    return asking.map((entry) =>
      together && known.includes(entry)
        ? together.then((found) => ofPicture(entry[0], found.get(entry[0])))
        : getUnpacked(entry, signal),
    );
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
    const answers = await Promise.allSettled(answersTo(asking, abort.signal));
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
        data[name] = answer.value.content;
        tags[name] = answer.value.tag;
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
        for (const table of [data, urls, tags, asked]) {
          delete table[name];
        }
        stale.delete(name);
      }
    }
  }

  function takeFigures() {
    const { summary } = data;
    if (summary) {
      if (summary.revision > (x.state.revision || 0)) {
        x.state.revision = summary.revision;
        x.host.post({ type: "xunjie:revision", revision: summary.revision }); // the page around may be older
      }
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
