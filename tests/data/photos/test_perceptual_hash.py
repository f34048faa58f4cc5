"""What the perceptual hash finds again, and how rarely it takes one street for another: measured on drawn scenes."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from data.photos.perceptual_hash import NEAR_BITS, differing_bits, is_featureless, perceptual_hash
from tests.data.photos.scenes import encoded, scene


def grey(image: Image.Image) -> bytes:
    return image.convert("L").resize((32, 32), Image.Resampling.BOX, reducing_gap=3.0).tobytes()


def hashes(images: list[Image.Image]) -> np.ndarray:
    return np.array([perceptual_hash(grey(image)) for image in images], np.uint64)


@pytest.fixture(scope="module")
def scenes(soak: bool) -> list[Image.Image]:
    return [scene(seed) for seed in range(1_000 if soak else 150)]


def cropped(image: Image.Image, share: float) -> Image.Image:
    wide, high = image.size
    return image.crop((int(wide * share), int(high * share), int(wide * (1 - share)), int(high * (1 - share))))


SAME: dict[str, tuple[Callable[[Image.Image], Image.Image], float]] = {
    "compressed again": (lambda image: Image.open(io.BytesIO(encoded(image, quality=50))), 1.0),
    "half as large": (lambda image: image.resize((160, 120)), 1.0),
    "brighter": (lambda image: ImageEnhance.Brightness(image).enhance(1.2), 1.0),
    "darker": (lambda image: ImageEnhance.Brightness(image).enhance(0.75), 1.0),
    "more contrast": (lambda image: ImageEnhance.Contrast(image).enhance(1.3), 0.99),
    "out of focus": (lambda image: image.filter(ImageFilter.GaussianBlur(3)), 1.0),
    "2 % cut off all around": (lambda image: cropped(image, 0.02), 0.85),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_picture_is_found_after_what_people_do_to_it(name: str, scenes: list[Image.Image]) -> None:
    change, least = SAME[name]
    before, after = hashes(scenes), hashes([change(image) for image in scenes])
    found = np.array([differing_bits(int(one), np.array([other]))[0] for one, other in zip(before, after, strict=True)])
    assert (found <= NEAR_BITS).mean() >= least


def test_no_two_of_the_scenes_are_taken_for_one(scenes: list[Image.Image]) -> None:
    every = hashes(scenes)
    pairs = np.concatenate([differing_bits(int(one), every[at + 1 :]) for at, one in enumerate(every)])
    assert pairs.min() > NEAR_BITS
    assert 31 < pairs.mean() < 33
    assert pairs.std() < 5  # then a pair in 40 million is near by chance, were they normal


def test_a_covered_lens_says_nothing() -> None:
    assert is_featureless(bytes(1024))
    assert is_featureless(bytes([7, 8] * 512))
    assert not is_featureless(grey(scene(1)))
    with pytest.raises(ValueError, match="1024"):
        perceptual_hash(bytes(10))
