// A button that prints the page: only a script may open that dialogue.
export default function ({ data, parentElement }) {
  let button = parentElement.querySelector("button");
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.style.cssText =
      "font:inherit;font-size:14px;font-weight:500;min-height:36px;padding:0 14px;cursor:pointer;white-space:nowrap;" +
      "border:1px solid var(--border-strong);border-radius:6px;background:var(--surface);color:var(--text)";
    button.addEventListener("click", () => window.print());
    parentElement.append(button);
  }
  button.textContent = data.label;
}
