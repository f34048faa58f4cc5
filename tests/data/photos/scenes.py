"""Photos for tests, made by code: street scenes from a seed, cameras' metadata, and what hostile people send."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw, ImageFilter

pillow_heif.register_heif_opener()


def scene(seed: int, width: int = 320, height: int = 240) -> Image.Image:
    """A street: sky, ground, houses with windows, blobs of light and shadow, noise. Equal seeds give equal pictures."""
    rng = np.random.default_rng(seed)
    horizon = int(height * rng.uniform(0.3, 0.7))
    sky, ground = rng.integers(90, 240, 3), rng.integers(40, 160, 3)
    shade = np.linspace(0.8, 1.2, height)[:, None, None]
    colours = np.where(np.arange(height)[:, None, None] < horizon, sky, ground) * shade
    image = Image.fromarray(np.broadcast_to(colours.clip(0, 255), (height, width, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(3, 9))):
        left, wide = int(rng.uniform(-0.1, 0.9) * width), int(rng.uniform(0.08, 0.4) * width)
        top = int(rng.uniform(0.05, 0.9) * horizon)
        bottom = int(horizon + rng.uniform(0, 0.3) * height)
        draw.rectangle((left, top, left + wide, bottom), fill=tuple(int(v) for v in rng.integers(20, 230, 3)))
        for column in range(left + wide // 8, left + wide, max(4, wide // 4)):
            lit = tuple(int(v) for v in rng.integers(20, 255, 3))
            draw.rectangle((column, top + 5, column + max(2, wide // 10), top + 5 + height // 20), fill=lit)
    for _ in range(int(rng.integers(2, 7))):
        x, y, r = rng.uniform(0, width), rng.uniform(horizon * 0.8, height), rng.uniform(0.03, 0.2) * height
        draw.ellipse((x - 2 * r, y - r, x + 2 * r, y + r), fill=tuple(int(v) for v in rng.integers(10, 220, 3)))
    image = image.filter(ImageFilter.GaussianBlur(width / 300))
    noise = rng.normal(0, 6, (height, width, 1))
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(
    *,
    time: str | None = "2021:08:20 09:30:00",
    offset: str | None = None,
    place: tuple[float, float] | None = None,
    orientation: int | None = None,
    make: str = "Maker",
    model: str = "Model 1",
) -> Image.Exif:
    """EXIF as a phone writes it."""
    block = Image.Exif()
    block[0x010F], block[0x0110] = make, model
    if orientation is not None:
        block[0x0112] = orientation
    details = block.get_ifd(0x8769)
    if time is not None:
        details[0x9003] = time
    if offset is not None:
        details[0x9011] = offset
    if place is not None:
        lon, lat = place
        gps = block.get_ifd(0x8825)
        gps[1], gps[2] = "N" if lat >= 0 else "S", _parts(abs(lat))
        gps[3], gps[4] = "E" if lon >= 0 else "W", _parts(abs(lon))
    return block


def _parts(degrees: float) -> tuple[float, float, float]:
    whole, rest = divmod(degrees, 1)
    minutes, rest = divmod(rest * 60, 1)
    return whole, minutes, round(rest * 60, 4)


def photo(seed: int = 1, **fields: Any) -> bytes:
    """A JPEG of a scene with the EXIF of `fields`."""
    return encoded(scene(seed), exif=exif(**fields), quality=90)


def png_of_size(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG whose header claims any size, whatever `pixels` (compressed) follow."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size."""
    content = bytearray(encoded(scene(3, 64, 48)))
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def zip_with(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.html", text)
    return file.getvalue()
