"""Counts of all registers in one pass: those of each register's own filter, on both ways of counting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geo.clock import to_us
from geo.density import counts_of
from geo.filter import IssueFilter
from geo.registers import register_counts
from geo.selection import chosen_stages
from geo.summary import issue_totals
from tests.small_city import CLOCK, small_city
from tests.strategies import build_records, compiled_passes

CITY = small_city()


@given(n=st.integers(0, 60), seed=st.integers(0, 2**31))
def test_a_register_holds_what_its_own_filter_finds(n, seed):
    table = build_records(CITY, n, seed, CLOCK).issues
    counts = register_counts(table, len(CITY.registers), to_us(CLOCK))
    with compiled_passes():
        again = register_counts(table, len(CITY.registers), to_us(CLOCK))
    assert (counts.by_stage == again.by_stage).all()
    assert (counts.synthetic == again.synthetic).all()
    for campaign in CITY.campaigns:
        for code in campaign.register_codes:
            position = CITY.register_index[code]
            # An issue of another campaign under this register would be one that no filter finds.
            own = table.campaign[table.register == position] == CITY.campaign_index[campaign.code]
            assert own.all()
            totals = issue_totals(
                counts_of(table, CITY, chosen_stages(table, CITY, IssueFilter(campaign.code, code, CLOCK)))
            )
            assert counts.total(position) == totals.total
            assert counts.rectified(position) == totals.rectified
            assert counts.in_progress(position) == totals.in_progress
            assert counts.synthetic[position] == (table.synthetic & (table.register == position)).sum()
