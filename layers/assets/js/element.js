// Building elements. Text is always set as text, never parsed as HTML.
"use strict";

(function (x) {
  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) {
        node.addEventListener(name.slice(2), value);
      } else if (value === true) {
        node.setAttribute(name, "");
      } else if (value !== false && value !== null && value !== undefined) {
        node.setAttribute(name, value);
      }
    }
    for (const child of (children || []).flat(3)) {
      if (child !== null && child !== undefined && child !== "") {
        node.append(child);
      }
    }
    return node;
  }

  x.element = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  x.svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  // A text with {name} places, some of which are elements: pieces in order.
  x.pieces = function (template, values) {
    return template.split(/(\{\w+\})/).map((part) => {
      const place = /^\{(\w+)\}$/.exec(part);
      return place ? values[place[1]] : part;
    });
  };
})(window.xunjie);
