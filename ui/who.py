"""Who did something, as people know them: a name where one is known, else the reference that the log keeps."""

from __future__ import annotations

from data import actors
from data.duties import duties_at, duties_in_force
from geo.organisation import Unit
from ui.kept import kept
from ui.scene import Scene


def actor_name(scene: Scene, reference: str) -> str:
    """The name of an account, of a person of the demo, or of a unit; else the reference itself. A protected person is
    not named."""
    name = actors.actor_name(scene.runtime, reference)
    return reference if name is None else scene.name(name)


def units_in_sight(scene: Scene) -> frozenset[str]:
    """Codes of the units that the viewer knows by name, of the organisation at the scene's moment."""
    key = ("units in sight", scene.filter.within, scene.filter.as_of)
    duties = duties_at(scene.snapshot, scene.filter.as_of)
    return kept(scene.snapshot, key, lambda: duties.in_sight(scene.filter.within, scene.snapshot))


def unit_name(scene: Scene, code: str) -> str:
    """The name of a unit of the organisation in force; its code where it is not known any more."""
    organisation = duties_in_force(scene.snapshot).organisation
    at = organisation.index.get(code)
    return code if at is None else unit_label(scene, organisation.units[at])


def unit_label(scene: Scene, unit: Unit) -> str:
    """The name of a unit; of one that is retired with that word."""
    name = scene.name(unit.name)
    return scene.say("organisation.retired_name", name=name) if unit.retired else name
