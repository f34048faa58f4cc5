"""What runs in the child process: one photo's hostile bytes in, a clean JPEG, its thumbnail and its metadata out.

Only this file and those it imports touch a decoder. It is started by `data.photos.reading`, reads one line of JSON and
the photo from standard input, builds its walls, and writes one line of JSON and the pictures to standard output.
"""

from __future__ import annotations

import io
import json
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pillow_heif
from PIL import (
    Image,
    ImageCms,
    ImageFilter,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from data.photos import caps
from data.photos.exif import exif_of
from data.photos.walls import confine

KINDS: Final = {"JPEG": "JPEG", "MPO": "JPEG", "PNG": "PNG", "WEBP": "WebP", "HEIF": "HEIC"}
_STILL: Final = ("PNG", "WEBP")
"""Formats that may move. Further pictures of an MPO are previews and depth maps; of a HEIC the primary one counts."""

_PLUGINS: Final = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)
_CELLS: Final = 6
_LEAST_CELL: Final = 12


class RefusedError(Exception):
    """This photo is not taken; the text is the code of the reason."""


def clean(content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """What is said of the photo, and its pictures: JPEG, thumbnail, grey square. Raises RefusedError."""
    image = _opened(content)
    kind = KINDS[image.format or ""]
    exif = exif_of(image)
    picture = _picture(image)
    return {"kind": kind, "exif": exif, **_size(picture)}, _encoded(picture)


def blur(content: bytes, rectangles: Sequence[Sequence[int]]) -> tuple[dict[str, Any], list[bytes]]:
    """The same for a photo of ours with `rectangles` (left, top, width, height in pixels) made unrecognisable.

    What is left of a rectangle is the mean colour of at most six by six cells, smoothed: nothing brings back more.
    """
    picture = _picture(_opened(content))
    for rectangle in rectangles:
        _hide(picture, rectangle)
    return {"kind": "JPEG", "exif": {}, **_size(picture)}, _encoded(picture)


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "HEIF"))
    except UnidentifiedImageError:
        raise RefusedError("not_a_photo") from None
    except Image.DecompressionBombError:
        raise RefusedError("too_many_pixels") from None
    width, height = image.size
    if width * height > caps.MOST_PIXELS:
        raise RefusedError("too_many_pixels")
    if max(width, height) > caps.LONGEST_SIDE:
        raise RefusedError("too_long")
    if image.format in _STILL and getattr(image, "n_frames", 1) > 1:
        raise RefusedError("animated")
    return image


def _picture(image: Image.Image) -> Image.Image:
    """Upright, sRGB, without transparency and without anything beside the pixels."""
    image.load()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    picture = _in_srgb(_without_depth(upright), profile)
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    return bare


def _without_depth(image: Image.Image) -> Image.Image:
    """16 bits a sample as 8; on white where it is transparent."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    elif image.mode == "F":
        image = image.convert("L")
    if image.mode in ("LA", "PA", "La", "RGBa", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image.convert("RGB") if image.mode in ("1", "P") else image


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Colours as its profile means them; a profile that cannot be read, or is of another mode, is as none."""
    if isinstance(profile, bytes) and image.mode in ("L", "RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _hide(picture: Image.Image, rectangle: Sequence[int]) -> None:
    left, top, width, height = rectangle
    box = (max(left, 0), max(top, 0), min(left + width, picture.width), min(top + height, picture.height))
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    part = picture.crop(box)
    cell = max(_LEAST_CELL, -(-max(part.size) // _CELLS))
    cells = (max(1, round(part.width / cell)), max(1, round(part.height / cell)))
    coarse = part.resize(cells, Image.Resampling.BOX).resize(part.size, Image.Resampling.NEAREST)
    picture.paste(coarse.filter(ImageFilter.GaussianBlur(cell / 3)), box)


def _encoded(picture: Image.Image) -> list[bytes]:
    thumb = picture.copy()
    thumb.thumbnail((caps.THUMB_PIXELS, caps.THUMB_PIXELS), Image.Resampling.LANCZOS, reducing_gap=3.0)
    side = (caps.HASHED_PIXELS, caps.HASHED_PIXELS)
    grey = picture.convert("L").resize(side, Image.Resampling.BOX, reducing_gap=3.0)
    return [_jpeg(picture, caps.QUALITY), _jpeg(thumb, caps.THUMB_QUALITY), grey.tobytes()]


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


def _size(picture: Image.Image) -> dict[str, int]:
    return {"width": picture.width, "height": picture.height}


def answer_to(asked: Mapping[str, Any], content: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The answer to one request; what a decoder stumbles over is a refusal too."""
    try:
        return blur(content, asked["rectangles"]) if asked["do"] == "blur" else clean(content)
    except RefusedError as refusal:
        return {"refused": str(refusal)}, []
    except (MemoryError, Image.DecompressionBombError):
        return {"refused": "too_costly"}, []
    except Exception as error:  # noqa: BLE001 - decoders raise what they like over damaged bytes
        return {"refused": "damaged", "why": f"{type(error).__name__}: {error}"[:200]}, []


def main() -> None:
    """Read, confine, answer."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = caps.MOST_PIXELS
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.options.AUX_IMAGES = False
    pillow_heif.register_heif_opener()
    assert all(_PLUGINS)  # imported now: behind the walls no module can be
    Image.preinit()
    head, _, content = sys.stdin.buffer.read().partition(b"\n")
    asked = json.loads(head)
    filtered = confine(memory_bytes=caps.MEMORY_BYTES, cpu_s=caps.CPU_S, written_bytes=caps.MOST_ANSWER_BYTES)
    said, pictures = answer_to(asked, content)
    said |= {"filtered": filtered, "sizes": [len(picture) for picture in pictures]}
    for piece in (json.dumps(said).encode() + b"\n", *pictures):
        rest = memoryview(piece)
        while rest:
            rest = rest[os.write(1, rest) :]
    os._exit(0)  # nothing of the interpreter's own end is needed, nor allowed
