"""A ledger brought into the running program: the same for the command that opened the store and for the route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.campaign_clock import campaign_now
from data.importing.file_bytes import LedgerFile
from data.importing.ledger import Ledger, ledger_of
from data.importing.row_draft import Assumed
from data.records import Reject
from data.runtime import Runtime
from geo.city import City
from geo.crs import checked_datum
from geo.errors import BadValueError

ACTOR: Final = "import"
MOST_SENT_BYTES: Final = 100_000_000
"""A larger file is imported by the command while no server runs."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the rows of a file mean where they do not say it themselves, and how a CSV file is written."""

    register: str | None = None
    campaign: str | None = None
    datum: str | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file. `good` rows could be taken, `rejects` are the problems of the others, `unused` columns
    mean nothing to us. `written`: the good rows are in the store, `created` of them new, `known` there before."""

    good: int
    rejects: Sequence[Reject]
    unused: Sequence[str]
    written: bool = False
    created: int = 0
    known: int = 0
    revision: int = 0

    def as_json(self) -> dict[str, Any]:
        """The report as the route sends it."""
        rejects = [{"row": r.row, "column": r.column, "value": r.value, "reason": r.reason} for r in self.rejects]
        return {
            **{name: getattr(self, name) for name in ("good", "written", "created", "known", "revision")},
            "rejects": rejects,
            "unused": list(self.unused),
        }

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> ImportReport:
        """The inverse of `as_json`. Raises KeyError or TypeError for anything else."""
        rejects = [Reject(r["row"], r["column"], r["value"], r["reason"]) for r in content["rejects"]]
        figures = {name: content[name] for name in ("good", "written", "created", "known", "revision")}
        return ImportReport(rejects=rejects, unused=content["unused"], **figures)


def assumed_of(city: City, options: ImportOptions, *, mark: str = "") -> Assumed:
    """What `options` mean in `city`; BadValueError for a code that it lacks (its key begins with `mark`)."""
    if options.campaign is not None and options.campaign not in city.campaign_index:
        raise BadValueError(f"{mark}campaign", options.campaign, "one of " + ", ".join(city.campaign_index))
    if options.register is not None and options.register not in city.register_index:
        raise BadValueError(f"{mark}register", options.register, "one of " + ", ".join(city.register_index))
    datum = checked_datum(options.datum or "wgs84", mainland_china=city.mainland_china)
    return Assumed(options.campaign, options.register, datum)


def read_for(runtime: Runtime, file: LedgerFile, options: ImportOptions) -> Ledger:
    """`file` read and checked against the city and the store of `runtime`; raises what `ledger_of` raises."""
    return ledger_of(
        file,
        runtime.city,
        now=campaign_now,
        assumed=assumed_of(runtime.city, options),
        datum_declared=options.datum is not None,
        encoding=options.encoding,
        numbers=runtime.snapshot.records.numbers(),
    )


def bring_in(runtime: Runtime, ledger: Ledger, *, keep_good: bool, actor: str = ACTOR) -> ImportReport:
    """Write the ledger in one transaction if every row can be taken, with `keep_good` the good rows; else nothing.

    `actor` is who brings it in, as the log keeps it; what the ledger says to have happened before is nobody's here.
    """
    report = ImportReport(len(ledger.drafts), ledger.rejects, ledger.unused, revision=runtime.snapshot.revision)
    if not ledger.drafts or (ledger.rejects and not keep_good):
        return report
    receipts = runtime.submit(ledger.drafts, actor=actor, imported=True, origins=ledger.origins)
    created = sum(receipt.created for receipt in receipts)
    return ImportReport(
        good=report.good,
        rejects=report.rejects,
        unused=report.unused,
        written=True,
        created=created,
        known=len(receipts) - created,
        revision=runtime.snapshot.revision,
    )
