"""Pieces: put together they are gzip of the bytes put together, for every reader of it."""

from __future__ import annotations

import gzip
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gzip_pieces import gzip_of, piece_of, piece_within, stored

texts = st.binary(max_size=400) | st.binary(max_size=40).map(lambda part: part * 300)


@given(st.lists(st.tuples(texts, st.booleans()), max_size=8))
def test_pieces_put_together_are_gzip_of_their_bytes(parts: list[tuple[bytes, bool]]) -> None:
    pieces = [stored(text) if plain else piece_of(text) for text, plain in parts]
    packed = gzip_of(pieces)
    whole = b"".join(text for text, _ in parts)
    assert gzip.decompress(packed) == whole
    with gzip.GzipFile(fileobj=io.BytesIO(packed + packed)) as members:  # it ends where it says it does
        assert members.read() == whole * 2


@given(st.binary(min_size=200, max_size=3_000).filter(lambda text: len(text) >= 200))
def test_a_piece_is_found_again_in_what_was_made_of_it_alone(text: bytes) -> None:
    piece = piece_of(text)
    assert piece_within(gzip_of([piece])) == piece
    assert piece_within(gzip.compress(text)) is None


def test_what_is_stored_costs_five_bytes_and_has_its_limit() -> None:
    noise = random.Random(1).randbytes(0xFFFF)
    assert len(stored(noise).blocks) == len(noise) + 5
    with pytest.raises(ValueError, match="stored block"):
        stored(noise + b"!")
