"""Why something was refused, in the reader's language: the catalogue's sentence of an error of ours."""

from __future__ import annotations

from typing import Final

from geo.access import Role
from geo.errors import EMPTY_KEY, BadValueError, NotFoundError, PhotoError, StaleError, Word, XunjieError
from geo.lifecycle import Act, Amendment, Change, Status
from geo.permissions import Action
from geo.text import Language
from i18n.catalogue import section, translate

_STOPS: Final = "。."


def reason_of(error: XunjieError, language: Language) -> str:
    """The sentence of `error` without its full stop: what was refused, why, what to do. Quoted in it are codes, names
    of fields and what was sent. An error without a sentence of its own is told by its kind."""
    if language == "en":
        return str(error).rstrip(_STOPS)
    if isinstance(error, StaleError):
        values = {"version": error.version, "expected": error.expected, "who": error.changed_by}
        text = translate("errors.stale", language, **values)
    elif isinstance(error, NotFoundError):
        text = translate("refusals.not_found", language, kind=kind_word(error.kind, language), identity=error.identity)
    elif isinstance(error, PhotoError):
        text = translate(f"photos.refused_{error.code}", language)
    elif error.code:
        text = translate(f"refusals.{error.code}", language, **{k: _said(v, language) for k, v in error.values.items()})
    else:
        text = translate("refusals.other", language)
    if isinstance(error, BadValueError) and not isinstance(error, PhotoError):
        text = _of_field(error, text if error.code else "", language)
    return text.rstrip(_STOPS)


def kind_word(kind: str, language: Language) -> str:
    """What a kind of record is called (that of a NotFoundError)."""
    if language == "en":
        return kind
    first, _, collection = kind.partition(" in ")
    word = translate(f"refusals.kind_{first.replace(' ', '_')}", language)
    return f"{word} {collection}" if collection else word


def _of_field(error: BadValueError, why: str, language: Language) -> str:
    """Which field, what stood in it, and why that is not taken."""
    own, names = section("refusals", language), section("case", language)
    field = own.get(f"name_{error.key}") or names.get(f"field_{error.key}", error.key)
    field = own["empty_key"] if error.key == EMPTY_KEY else field
    value = error.value
    if error.word is not None:
        value = "" if error.word.code == "nothing" else own[f"word_{error.word.code}"]
    key = f"refusals.{'field' if value else 'field_empty'}{'_why' if why else ''}"
    return translate(key, language, field=field, value=value, why=why)


def _said(value: object, language: Language) -> object:
    """A value as people read it: words for what is coded, several of them as a list."""
    match value:
        case Status():
            return translate(f"core.status_{value.name}", language)
        case Role():
            return translate(f"refusals.role_{value}", language)
        case Act.ATTACH:
            return translate("refusals.act_attach", language)
        case Act():
            return translate(f"case.act_{value}", language)
        case Action():
            return translate(f"refusals.action_{value}", language)
        case Word():
            return translate(f"refusals.word_{value.code}", language)
        case Change():
            return f"{_said(value.before, language)} → {_said(value.after, language)}"
        case Amendment():
            return _said(value.act, language)
        case XunjieError():
            return reason_of(value, language)
        case frozenset():
            return translate("refusals.or", language).join(str(_said(one, language)) for one in sorted(value))
        case tuple():
            return translate("refusals.comma", language).join(str(_said(one, language)) for one in value)
    return value
