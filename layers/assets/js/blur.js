// The page that hides faces and plates: rectangles drawn over a photo, by pointer or keyboard, and sent to be blurred.
"use strict";

(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const page = document.body.dataset;
  const words = JSON.parse(page.words);
  const width = Number(page.width);
  const height = Number(page.height);
  const stage = document.getElementById("stage");
  const status = document.getElementById("status");
  const buttons = { add: "add", undo: "undo", save: "save", review: "review" };
  const areas = [];
  let drawing = null;

  for (const name of Object.keys(buttons)) {
    buttons[name] = document.getElementById(name);
  }

  function word(key, values) {
    return words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  function tell(key, values) {
    status.textContent = word(key, values || {});
  }

  function within(value, low, high) {
    return Math.round(Math.min(Math.max(value, low), high));
  }

  function draw(area) {
    const at = areas.indexOf(area);
    for (const name of ["x", "y", "width", "height"]) {
      area.shape.setAttribute(name, area[name]);
    }
    const share = (value, whole) => Math.round((100 * value) / whole);
    area.shape.setAttribute(
      "aria-label",
      word("area", {
        n: at + 1,
        left: share(area.x, width),
        top: share(area.y, height),
        width: share(area.width, width),
        height: share(area.height, height),
      }),
    );
  }

  function refresh() {
    areas.forEach(draw);
    buttons.save.disabled = areas.length === 0;
    buttons.undo.disabled = areas.length === 0;
  }

  function add(x, y, wide, high) {
    const shape = document.createElementNS(SVG, "rect");
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "img");
    const area = { x, y, width: wide, height: high, shape };
    shape.addEventListener("keydown", (event) => onKey(area, event));
    areas.push(area);
    stage.append(shape);
    refresh();
    return area;
  }

  function remove(area) {
    areas.splice(areas.indexOf(area), 1);
    area.shape.remove();
    refresh();
    const next = areas[areas.length - 1];
    (next ? next.shape : buttons.add).focus();
  }

  function onKey(area, event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (step) {
      const far = Math.max(1, Math.round(Math.max(width, height) / (event.ctrlKey ? 400 : 100)));
      if (event.shiftKey) {
        area.width = within(area.width + step[0] * far, 1, width - area.x);
        area.height = within(area.height + step[1] * far, 1, height - area.y);
      } else {
        area.x = within(area.x + step[0] * far, 0, width - area.width);
        area.y = within(area.y + step[1] * far, 0, height - area.height);
      }
      draw(area);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      remove(area);
    } else {
      return;
    }
    event.preventDefault();
  }

  function place(event) {
    const box = stage.getBoundingClientRect();
    return {
      x: within(((event.clientX - box.left) / box.width) * width, 0, width),
      y: within(((event.clientY - box.top) / box.height) * height, 0, height),
    };
  }

  function begin(event) {
    if (event.button !== 0) {
      return;
    }
    const from = place(event);
    drawing = { from, area: add(within(from.x, 0, width - 1), within(from.y, 0, height - 1), 1, 1) };
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  function go(event) {
    if (drawing === null) {
      return;
    }
    const to = place(event);
    const { from, area } = drawing;
    area.x = within(Math.min(from.x, to.x), 0, width - 1);
    area.y = within(Math.min(from.y, to.y), 0, height - 1);
    area.width = within(Math.abs(from.x - to.x), 1, width - area.x);
    area.height = within(Math.abs(from.y - to.y), 1, height - area.y);
    draw(area);
  }

  function end() {
    if (drawing === null) {
      return;
    }
    const { area } = drawing;
    drawing = null;
    if (area.width < width / 200 || area.height < height / 200) {
      remove(area); // a tap, not a rectangle
    } else {
      area.shape.focus();
    }
  }

  function addInTheMiddle() {
    const wide = within(width / 5, 1, width);
    const high = within(height / 5, 1, height);
    add(within((width - wide) / 2, 0, width), within((height - high) / 2, 0, height), wide, high).shape.focus();
  }

  async function post(path, content) {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
    });
    const said = await answer.json();
    if (!answer.ok) {
      const error = said.error || {};
      throw new Error((page.lang === "zh-CN" ? error.message_zh : error.message) || error.expected || "");
    }
    return said;
  }

  async function working(work) {
    const before = Object.values(buttons).map((button) => button.disabled);
    Object.values(buttons).forEach((button) => (button.disabled = true));
    try {
      await work();
    } catch (error) {
      tell("failed", { why: error.message });
    } finally {
      Object.values(buttons).forEach((button, at) => (button.disabled = before[at]));
    }
  }

  async function save() {
    tell("saving");
    const rectangles = areas.map((area) => [area.x, area.y, area.width, area.height]);
    const said = await post(page.photo + "/blur", { rectangles });
    const address = new URL(location.href);
    address.pathname = "/photos/" + said.photo + "/blur";
    location.assign(address);
  }

  async function review() {
    const reviewed = page.reviewed !== "true";
    await post(page.photo + "/review", { reviewed });
    page.reviewed = String(reviewed);
    buttons.review.setAttribute("aria-pressed", page.reviewed);
    tell(reviewed ? "was_reviewed" : "was_not_reviewed");
  }

  stage.addEventListener("pointerdown", begin);
  stage.addEventListener("pointermove", go);
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);
  buttons.add.addEventListener("click", addInTheMiddle);
  buttons.undo.addEventListener("click", () => remove(areas[areas.length - 1]));
  buttons.save.addEventListener("click", () => working(save));
  buttons.review.addEventListener("click", () => working(review));
  refresh();
  document.documentElement.dataset.ready = "true";
})();
