"""What routes say of photos, and whether they may: the viewer's rights, a photo and its flags in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request

from api.identity import viewer_of
from api.schemas import BOOLEAN, COUNT, INTEGER, MOMENT, STRING, Schema, listing, nullable, record
from data.photos.flags import CODES, Flag
from data.photos.rights import may_see_photo
from data.photos.rows import Photo
from data.runtime import Runtime, runtime
from geo.access import Viewer
from geo.clock import from_us
from geo.errors import NotFoundError
from geo.iso_time import local_iso
from geo.permissions import Action, may
from i18n import translate

Json = dict[str, Any]


def account_of(request: Request) -> str:
    """The account that the request's writing is put down to."""
    return viewer_of(request).account


def may_see_issue(viewer: Viewer, issue_id: str) -> bool:
    """Whether `viewer` may see the issue (UUID)."""
    return may(viewer, Action.SEE_ISSUES, runtime().photos.subject_of(issue_id))


def may_see_protected(viewer: Viewer, issue_id: str) -> bool:
    """Whether `viewer` may know what the camera wrote into photos of the issue (UUID)."""
    return may(viewer, Action.SEE_PROTECTED, runtime().photos.subject_of(issue_id))


def photo_for(request: Request) -> Photo:
    """The photo that the address names. NotFoundError where there is none, and where the viewer may not see it: both
    sound the same."""
    sha256, current, viewer = request.path_params["sha"], runtime(), viewer_of(request)
    photo = current.photos.get(sha256)
    issues, uploaders = current.photos.issues_of(photo), current.photos.uploaders_of(photo)
    if not may_see_photo(viewer, photo, issues=issues, uploaders=uploaders, may_see_issue=may_see_issue):
        raise NotFoundError("photo", sha256)
    return photo


def knows_of(viewer: Viewer, photo: Photo, current: Runtime) -> bool:
    """Whether `viewer` may know what the camera wrote into `photo`: they sent its original, or may for one of its
    issues, and then it is logged that they saw it."""
    if viewer.account in current.photos.takers_of(photo):
        return True
    knows = any(may_see_protected(viewer, issue) for issue in current.photos.issues_of(photo))
    if knows:
        current.access.saw_protected(viewer, "photo", photo.sha256)
    return knows


def photo_json(photo: Photo, current: Runtime, *, knows: bool) -> Json:
    """What is said of a photo: never where it was taken, nor with which camera; when, to who `knows` of it."""
    return {
        "photo": photo.sha256,
        "width": photo.width,
        "height": photo.height,
        "bytes": photo.bytes,
        "taken_at": local_iso_of(photo.taken_us, current) if knows else None,
        "has_place": photo.lon is not None if knows else None,
        "uploaded_at": local_iso_of(photo.uploaded_us, current),
        "reviewed": photo.is_reviewed,
        "blurred_from": photo.blurred_from,
    }


_OF_CAMERA: Final = frozenset({"far", "before_report", "no_time", "no_place"})
_OF_OTHERS: Final = frozenset({"older_than_before"})


def told_flags(flags: Sequence[Flag], viewer: Viewer, *, issue: str, knows: bool) -> list[Json]:
    """The flags of a photo that somebody just sent: those that tell what its camera wrote only to who `knows` that,
    and those that tell it of the issue's other photos only to who may know it of them."""
    hidden = (frozenset() if knows else _OF_CAMERA | _OF_OTHERS) | (
        frozenset() if may_see_protected(viewer, issue) else _OF_OTHERS
    )
    return [flag_json(flag, viewer) for flag in flags if flag.code not in hidden]


def flag_json(flag: Flag, viewer: Viewer) -> Json:
    """A flag with its sentence in both languages. An issue that the viewer may not see is not named."""
    figures = dict(flag.figures)
    said: dict[str, dict[str, object]] = {"en": dict(figures), "zh-CN": dict(figures)}
    if "issue" in figures and not may_see_issue(viewer, str(figures["issue"])):
        for name in ("issue", "number", "photo"):
            figures.pop(name, None)
        for language, values in said.items():
            values["number"] = translate("photos.flag_elsewhere", "en" if language == "en" else "zh-CN")
    return {
        "code": flag.code,
        "figures": figures,
        "message": translate(f"photos.flag_{flag.code}", "en", **said["en"]),
        "message_zh": translate(f"photos.flag_{flag.code}", "zh-CN", **said["zh-CN"]),
    }


def local_iso_of(us: int | None, current: Runtime) -> str | None:
    """A moment in the city's time zone; None for none."""
    moment = None if us is None else from_us(us)
    return None if moment is None else local_iso(moment, current.city.time_zone)


PHOTO_SCHEMA: Final[dict[str, Schema]] = {
    "photo": {**STRING, "description": "SHA-256 of the photo's bytes, its identity"},
    **dict.fromkeys(("width", "height", "bytes"), COUNT),
    "taken_at": nullable(MOMENT),
    "has_place": {**nullable(BOOLEAN), "description": "null where the viewer may not know"},
    "uploaded_at": MOMENT,
    "reviewed": {**BOOLEAN, "description": "a person found no face or plate left to hide"},
    "blurred_from": nullable(STRING),
}
FLAGS: Final[Schema] = listing(
    record(
        {
            "code": {"enum": list(CODES)},
            "figures": {"type": "object", "additionalProperties": {"anyOf": [STRING, INTEGER, {"type": "number"}]}},
            "message": STRING,
            "message_zh": STRING,
        }
    )
)
