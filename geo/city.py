"""A city as the domain sees it: its areas, roads, catalogues and campaigns, all read-only."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.assignment import AssignmentRule
from geo.campaign import Campaign, Register
from geo.catalogue import Catalogue
from geo.checklist import Checklists
from geo.escalation import Escalation
from geo.organisation import Organisation
from geo.text import Text
from geo.working_days import WorkingCalendar, weekdays

Quality = Literal["real", "approximate", "schematic"]


@dataclass(frozen=True, eq=False)
class AreaLayer:
    """The subdistricts. `geometry` holds WGS-84 polygons, `metric` the same in the city's metric CRS (metres)."""

    codes: tuple[str, ...]
    names: tuple[Text, ...]
    short_names: tuple[Text, ...]
    geometry: NDArray[np.object_]
    metric: NDArray[np.object_]
    quality: Quality

    @cached_property
    def area_km2(self) -> NDArray[np.float64]:
        """Area of each subdistrict in square kilometres, in the metric CRS."""
        return np.array([g.area for g in self.metric]) / 1e6

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each code."""
        return {code: position for position, code in enumerate(self.codes)}


@dataclass(frozen=True, eq=False)
class RoadLayer:
    """Road segments (WGS-84 and metric line strings) and the roads they form.

    `road` gives each segment's position in `road_codes`: a named road has many segments, an unnamed segment is a
    road of its own. `inside_m` is the length of a segment within the city's boundary, the denominator of densities.
    """

    segment_codes: tuple[str, ...]
    geometry: NDArray[np.object_]
    metric: NDArray[np.object_]
    road: NDArray[np.int32]
    road_class: tuple[str, ...]  # of each segment: "major" | "secondary" | "minor"
    inside_m: NDArray[np.float64]
    road_codes: tuple[str, ...]
    road_names: tuple[Text, ...]  # both empty for an unnamed one
    quality: Quality

    @cached_property
    def road_inside_km(self) -> NDArray[np.float64]:
        """Length of each road within the boundary, in kilometres."""
        return np.bincount(self.road, weights=self.inside_m, minlength=len(self.road_codes)) / 1e3

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each road code."""
        return {code: position for position, code in enumerate(self.road_codes)}


@dataclass(frozen=True, eq=False)
class City:
    """One city: what `city.toml` and its layer files say, checked."""

    code: str
    name: Text
    time_zone: str
    metric_crs: str
    mainland_china: bool
    number_prefix: str
    snap_limit_m: float
    catalogue: Catalogue
    campaigns: tuple[Campaign, ...]
    current_campaign: str
    boundary: BaseGeometry  # WGS-84
    boundary_quality: Quality
    areas: AreaLayer
    roads: RoadLayer | None
    attribution: tuple[Text, ...]
    layer_version: str  # hash of the boundary set; stored with every placement
    demo: str | None = None  # which loader fills an empty store
    panel_corners: tuple[tuple[str, str], ...] = ()
    first_visit_label: Text | None = None  # where "first visit" only means "first in file"
    sources: tuple[Text, ...] = ()  # for the page about the data
    photo_far_m: float = 100.0  # a photo taken farther than this from its issue is flagged
    organisation: Organisation = field(default_factory=Organisation, repr=False)
    assignment_rules: tuple[AssignmentRule, ...] = ()
    escalation: Escalation = field(default_factory=Escalation)
    calendar: WorkingCalendar = field(default_factory=lambda: WorkingCalendar(weekdays()), repr=False)
    checklists: Checklists = field(default_factory=Checklists)

    @cached_property
    def registers(self) -> tuple[Register, ...]:
        """All registers of all campaigns; the position is what tables store."""
        return tuple(register for campaign in self.campaigns for register in campaign.registers)

    @cached_property
    def register_index(self) -> dict[str, int]:
        """Position of each register code."""
        return {register.code: position for position, register in enumerate(self.registers)}

    @cached_property
    def campaign_index(self) -> dict[str, int]:
        """Position of each campaign code."""
        return {campaign.code: position for position, campaign in enumerate(self.campaigns)}

    def campaign(self, code: str | None = None) -> Campaign:
        """The campaign of that code; the current one without a code."""
        return self.campaigns[self.campaign_index[code or self.current_campaign]]
