"""Reads a ledger from CSV: the first line names the columns; the place is lon, lat or x, y or WKT in `geometry`."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from data.exporting.csv_cells import unguarded
from data.importing.file_bytes import LedgerFile
from data.importing.file_row import FileRow
from geo.errors import BadGeometryError, BadValueError
from geo.plural import numbered

ENCODINGS: Final = ("utf-8", "gb18030")
NUMBERS: Final = ("lon", "lat", "x", "y", "source_x", "source_y", "distance_m")
"""Columns of numbers: all others hold text, from which the mark against formulas is taken."""

_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]{1,20}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?")
_MAX_CELL: Final = 1_000_000


def read_csv(file: LedgerFile, *, encoding: str = "utf-8") -> Iterator[FileRow]:
    """The rows in order; lines count from 1, the header. BadValueError for a file without a usable header, in another
    encoding, or with a broken quotation; a row's own problems are in its row."""
    try:
        text = file.content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        expected = f"text in {encoding} (byte {error.start} is not); say --encoding gb18030 for files of Chinese Excel"
        raise BadValueError("file", file.name, expected) from None
    csv.field_size_limit(_MAX_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = _header(file, next(_checked(lines, file), None))
    return _rows(lines, header, file)


def _header(file: LedgerFile, cells: list[str] | None) -> list[str]:
    names = [cell.strip().lower() for cell in cells or ()]
    if not any(names):
        raise BadValueError("header", file.name, "a first line with the names of the columns")
    for name in names:
        if names.count(name) > 1:
            raise BadValueError("header", name, "every column name once")
    if not ({"lon", "lat"} <= set(names) or {"x", "y"} <= set(names) or "geometry" in names):
        raise BadValueError("header", ", ".join(names), "columns lon and lat, or x and y, or geometry (WKT)")
    return names


def _rows(lines: Any, header: list[str], file: LedgerFile) -> Iterator[FileRow]:
    first = int(lines.line_num) + 1
    for cells in _checked(lines, file):
        if cells:  # a blank line is no row
            yield _row(first, header, cells)
        first = int(lines.line_num) + 1


def _checked(lines: Any, file: LedgerFile) -> Iterator[list[str]]:
    try:
        yield from lines
    except csv.Error as error:
        raise BadValueError("file", file.name, f"CSV (line {lines.line_num}: {error})") from None


def _row(number: int, header: list[str], cells: list[str]) -> FileRow:
    if len(cells) != len(header):
        problem = BadValueError(
            "row", numbered(len(cells), "cell"), f"{numbered(len(header), 'cell')}, as in the header"
        )
        return FileRow(number, {}, None, problem)
    values: dict[str, Any] = {}
    problem_found: BadValueError | None = None
    for name, cell in zip(header, cells, strict=True):
        if not cell:
            values[name] = None
        elif name in NUMBERS:
            try:
                values[name] = _number(name, cell)
            except BadValueError as error:
                values[name], problem_found = None, problem_found or error
        else:
            values[name] = unguarded(cell).replace("\r\n", "\n")
    if problem_found is not None:
        return FileRow(number, values, None, problem_found)
    try:
        return FileRow(number, values, _geometry(values))
    except BadValueError as error:
        return FileRow(number, values, None, error)


def _number(name: str, cell: str) -> float:
    text = cell.strip()
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise BadValueError(name, cell, "a number with a point as decimal sign")
    return float(text)


def _geometry(values: dict[str, Any]) -> BaseGeometry:
    wkt = values.get("geometry")
    if wkt is not None:
        try:
            return shapely.from_wkt(wkt)
        except (shapely.errors.GEOSException, NotImplementedError):  # the latter: curves
            raise BadGeometryError("geometry", wkt, "WKT such as POINT (106.71 26.6)") from None
    for x, y in (("lon", "lat"), ("x", "y")):
        if values.get(x) is not None and values.get(y) is not None:
            return shapely.Point(values[x], values[y])
    raise BadGeometryError("coordinates", "", "a position: lon and lat, or x and y, or geometry")
