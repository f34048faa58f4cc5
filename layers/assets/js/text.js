// Sentences of the chosen language, and names that come in two languages.
"use strict";

(function (x) {
  // {n} is a value, {n|issue|issues} the form of a word beside it (i18n/number.py).
  const PLACE = /\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g;
  let strings = {};

  function placed(value, one, other) {
    if (one === undefined) {
      return value;
    }
    return String(value) === "1" ? one : other;
  }

  x.loadStrings = async function (language) {
    const url = document.documentElement.getAttribute(`data-strings-${language.toLowerCase()}`);
    const answer = await fetch(url);
    strings = await answer.json();
  };

  x.say = function (key, values) {
    const template = strings[key];
    if (template === undefined) {
      throw new Error(`no sentence "${key}"`);
    }
    return values ? template.replace(PLACE, (_, name, one, other) => placed(values[name], one, other)) : template;
  };

  x.isChinese = () => x.state.language === "zh-CN";

  // The name in the chosen language; the other one where it is empty.
  x.nameOf = function (name) {
    if (!name) {
      return "";
    }
    return x.isChinese() ? name.zh || name.en : name.en || name.zh;
  };

  // Of a road {name, code}: one without a name goes by its code, where that is told.
  x.roadTitle = ({ name, code }) => x.nameOf(name) || x.say(code ? "unnamed_road_code" : "unnamed_road", { code });
})(window.xunjie);
