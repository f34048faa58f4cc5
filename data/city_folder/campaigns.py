"""Turns the campaign tables of a city file into campaigns: period, clock, registers, tallies, facts."""

from __future__ import annotations

from typing import get_args

from data.city_folder.catalogue import refuse_twins
from data.city_folder.section import Section
from geo.campaign import Bound, Campaign, Fact, Register, Tally
from geo.tables import MOST_CODES

BOUNDS: tuple[Bound, ...] = get_args(Bound)


def read_campaigns(city: Section) -> tuple[Campaign, ...]:
    """The `[[campaigns]]` of a city file; register codes are unique over all of them."""
    sections = city.sections("campaigns", required=True)
    seen: set[str] = set()
    campaigns = []
    for section in sections:
        campaign = _campaign(section)
        for code in campaign.register_codes:
            if code in seen:
                section.fail("registers", f"has {code!r}, which another campaign has too", "give it another code")
            seen.add(code)
        if len(seen) > MOST_CODES:
            section.fail("registers", f"bring all campaigns to {len(seen)} registers", f"keep them within {MOST_CODES}")
        campaigns.append(campaign)
    refuse_twins(sections, (campaign.code for campaign in campaigns))
    return tuple(campaigns)


def _campaign(section: Section) -> Campaign:
    start, end = section.day("start"), section.day("end")
    if end < start:
        section.fail("end", f"is {end}, before the start {start}", "write a day that is not before the start")
    registers = _registers(section)
    points = section.optional_section("points")
    published, first = None, None
    if points is not None:
        published, first = points.integer("published"), points.integer("first_visit_compliant")
        if first > published:
            points.fail("first_visit_compliant", f"is {first}, more than all {published}", "write at most that")
        points.done()
    campaign = Campaign(
        code=section.code("code"),
        name=section.both("name"),
        start=start,
        end=end,
        registers=registers,
        default_register=section.choice("default_register", tuple(register.code for register in registers)),
        tallies=_tallies(section),
        facts=_facts(section),
        clock=section.optional_moment("clock"),
        published_points=published,
        published_first_visit_compliant=first,
        source=section.optional_both("source"),
    )
    section.done()
    return campaign


def _bound(section: Section) -> Bound:
    text = section.choice("bound", BOUNDS, default="eq")
    return next(bound for bound in BOUNDS if bound == text)


def _registers(campaign: Section) -> tuple[Register, ...]:
    sections = campaign.sections("registers", required=True)
    registers = []
    for section in sections:
        register = Register(
            code=section.code("code"),
            name=section.both("name"),
            note=section.both("note"),
            bound=_bound(section),
            rectified_published=section.boolean("rectified_published", default=True),
            published_total=section.optional_integer("published_total"),
            published_rectified=section.optional_integer("published_rectified"),
        )
        total, rectified = register.published_total, register.published_rectified
        if rectified is not None and (not register.rectified_published or total is None or rectified > total):
            section.fail(
                "published_rectified",
                f"is {rectified} beside published_total {total} and rectified_published "
                f"{str(register.rectified_published).lower()}",
                "leave it out where it was not published, else keep it within the total",
            )
        section.done()
        registers.append(register)
    refuse_twins(sections, (register.code for register in registers))
    return tuple(registers)


def _tallies(campaign: Section) -> tuple[Tally, ...]:
    sections = campaign.sections("tallies")
    tallies = []
    for section in sections:
        code, name, value = section.code("code"), section.both("name"), section.integer("value")
        tallies.append(Tally(code, name, value, _bound(section), section.both("unit"), section.both("note")))
        section.done()
    refuse_twins(sections, (tally.code for tally in tallies))
    return tuple(tallies)


def _facts(campaign: Section) -> tuple[Fact, ...]:
    sections = campaign.sections("facts")
    facts = []
    for section in sections:
        code, name, value = section.code("code"), section.both("name"), section.text("value")
        facts.append(Fact(code, name, value, _bound(section), section.both("unit"), section.both("note")))
        section.done()
    refuse_twins(sections, (fact.code for fact in facts))
    return tuple(facts)
