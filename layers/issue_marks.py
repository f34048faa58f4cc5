"""Single issues by stage: handling circle, verifying diamond, overdue triangle, closed ring."""

from __future__ import annotations

from layers.map_layer import MapLayer
from layers.tokens import tokens

STAGE_TOKENS = {"handling": "open", "verifying": "verifying", "overdue": "overdue", "closed": "closed"}
"""Stage of an issue → name of its token."""


class IssueMarks(MapLayer):
    """Symbols in pixels; closed issues only from `closed_from_zoom`. Lines and polygons keep their shape."""

    layer_name = "issues"

    def __init__(self) -> None:
        every = tokens()
        super().__init__(
            stages={stage: every["issue_status"][name] for stage, name in STAGE_TOKENS.items()},
            groups=every["issue_groups"],
            halo=every["symbol_halo"],
            closed_from_zoom=14,
        )
