"""Who did something, as people know them: a name where one is known, else the reference that the log keeps."""

from __future__ import annotations

from data.access.demo_persons import PERSONS
from data.duties import duties_at, duties_in_force
from geo.errors import NotFoundError
from ui.kept import kept
from ui.scene import Scene


def actor_name(scene: Scene, reference: str) -> str:
    """The name of an account, of a person of the demo, or of a unit; else the reference itself."""
    if scene.runtime.settings.access.is_on:
        try:
            return scene.runtime.access.account(reference).name
        except NotFoundError:
            return unit_name(scene, reference)
    person = reference.removeprefix("demo-")
    if person != reference and person in PERSONS:
        return scene.say(f"people.demo_{person}")
    return unit_name(scene, reference)


def units_in_sight(scene: Scene) -> frozenset[str]:
    """Codes of the units that the viewer knows by name, of the organisation at the scene's moment."""
    key = ("units in sight", scene.filter.within, scene.filter.as_of)
    duties = duties_at(scene.snapshot, scene.filter.as_of)
    return kept(scene.snapshot, key, lambda: duties.in_sight(scene.filter.within, scene.snapshot))


def unit_name(scene: Scene, code: str) -> str:
    """The name of a unit of the organisation in force; its code where it is not known any more."""
    organisation = duties_in_force(scene.snapshot).organisation
    at = organisation.index.get(code)
    return code if at is None else scene.name(organisation.units[at].name)
