"""Who may see a photo: the one place where that is decided."""

from __future__ import annotations

from collections.abc import Callable, Collection

from data.photos.rows import Photo
from geo.access import Role, Viewer


def may_see_photo(
    viewer: Viewer,
    photo: Photo,
    *,
    issues: Collection[str],
    uploaders: Collection[str],
    may_see_issue: Callable[[Viewer, str], bool],
) -> bool:
    """Whether `viewer` may see `photo`, which belongs to `issues` (UUIDs) and was sent by `uploaders`.

    An uploader may see it, and who may see one of its issues; the public none that nobody has reviewed. Nobody
    sees an erased one.
    """
    if photo.is_erased:
        return False
    if viewer.roles <= {Role.PUBLIC}:
        return photo.is_reviewed and any(may_see_issue(viewer, issue) for issue in issues)
    return viewer.account in uploaders or any(may_see_issue(viewer, issue) for issue in issues)
