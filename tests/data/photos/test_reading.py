"""What people send becomes pixels and nothing else, or is refused with its reason; the reader can do no more."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from data.photos import caps, reading
from data.photos.bare_jpeg import foreign_part
from data.photos.metadata import metadata_of
from data.photos.reading import CleanPhoto, read_photo
from geo.errors import BusyError, PhotoError, StoreError
from tests.data.photos.scenes import encoded, exif, jpeg_of_size, photo, png_of_size, scene, zip_with

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = b"<html><script>alert(document.cookie)</script>"


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def moving(kind: str) -> bytes:
    frames = [scene(seed, 64, 48) for seed in (1, 2, 3)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def with_text_chunk(size: int) -> bytes:
    """A PNG whose compressed text opens to `size` bytes."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "x" * size, zip=True)
    return encoded(scene(1, 64, 48), "PNG", pnginfo=info)


WHOLE = photo(1)
REFUSED = {
    "zero bytes": (b"", "empty"),
    "more than 25 MB": (b"\xff\xd8" + bytes(caps.MOST_BYTES), "too_large"),
    "text": (b"hello", "not_a_photo"),
    "HTML": (SCRIPT, "not_a_photo"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_a_photo"),
    "GIF": (encoded(scene(1, 64, 48), "GIF"), "not_a_photo"),
    "moving GIF": (moving("GIF"), "not_a_photo"),
    "BMP": (encoded(scene(1, 64, 48), "BMP"), "not_a_photo"),
    "TIFF": (encoded(scene(1, 64, 48), "TIFF"), "not_a_photo"),
    "PDF": (encoded(scene(1, 64, 48), "PDF"), "not_a_photo"),
    "ZIP": (zip_with(SCRIPT), "not_a_photo"),
    "EPS, which would start a program": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not_a_photo"),
    "moving WebP": (moving("WEBP"), "animated"),
    "moving PNG": (moving("PNG"), "animated"),
    "100 MP": (encoded(Image.new("1", (10_000, 10_000)), "PNG"), "too_many_pixels"),
    "100 MP in a header alone": (png_of_size(10_000, 10_000), "too_many_pixels"),
    "4 thousand million pixels in a header": (png_of_size(2**16, 2**16), "too_many_pixels"),
    "a JPEG's header of 65535 × 65535": (jpeg_of_size(65_535, 65_535), "too_many_pixels"),
    "one pixel more than 40 MP": (png_of_size(40_000_001, 1), "too_many_pixels"),
    "a line of 30001 pixels": (png_of_size(30_001, 1), "too_long"),
    "zeros that open to 36 MP but end": (png_of_size(6_000, 6_000, zlib.compress(bytes(1_000))), "damaged"),
    "JPEG cut in half": (WHOLE[: len(WHOLE) // 2], "damaged"),
    "JPEG cut after its head": (WHOLE[:300], "damaged"),
    "PNG cut in half": (encoded(scene(1), "PNG")[:20_000], "damaged"),
    "WebP cut in half": (encoded(scene(1), "WEBP")[:2_000], "damaged"),
    "HEIC cut in half": (encoded(scene(1), "HEIF")[:2_000], "damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_still_photo_of_moderate_size_is_refused_with_its_reason(name: str) -> None:
    content, code = REFUSED[name]
    with pytest.raises(PhotoError) as refused:
        read_photo(content)
    assert refused.value.code == code
    assert str(refused.value).startswith(f"photo: got {code!r}, expected a ")


CLEANED = {
    "JPEG": WHOLE,
    "progressive JPEG": encoded(scene(1), progressive=True),
    "PNG": encoded(scene(1), "PNG"),
    "WebP": encoded(scene(1), "WEBP", lossless=True),
    "HEIC": encoded(scene(1), "HEIF", quality=90),
    "JPEG with HTML behind it": WHOLE + SCRIPT,
    "JPEG with a ZIP behind it": WHOLE + zip_with(SCRIPT),
    "JPEG with HTML in a comment": encoded(scene(1), comment=SCRIPT),
    "JPEG with a script as its camera": photo(1, make="<script>alert(1)</script>", model="'; DROP TABLE photo; --"),
    "PNG with a script in its text": encoded(scene(1), "PNG", pnginfo=PngImagePlugin.PngInfo()),
    "several pictures in one JPEG, as phones write it": encoded(
        scene(1), "MPO", save_all=True, append_images=[scene(2)]
    ),
    "a small photo in a large text": with_text_chunk(200_000),
}


@pytest.mark.parametrize("name", CLEANED)
def test_what_is_kept_is_a_bare_jpeg_of_the_same_picture(name: str) -> None:
    clean = read_photo(CLEANED[name])
    for content in (clean.jpeg, clean.thumb):
        assert foreign_part(content) is None
        with Image.open(io.BytesIO(content)) as image:
            assert image.format == "JPEG"
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive",
                                       "progression"}  # fmt: skip
        for trace in (b"script", b"Exif", b"http", b"PK\x03\x04", b"ICC_PROFILE", b"DROP", b"Maker"):
            assert trace not in content
    if name != "a small photo in a large text":
        assert (clean.width, clean.height) == (320, 240)
        assert difference(pixels(clean.jpeg), pixels(encoded(scene(1), "PNG"))) < 6
    assert max(Image.open(io.BytesIO(clean.thumb)).size) <= 320


def test_a_header_that_claims_more_than_there_is_brings_nothing_but_grey() -> None:
    clean = read_photo(jpeg_of_size(1_600, 1_200))  # as every JPEG decoder has it: what is missing is filled up
    assert (clean.width, clean.height) == (1_600, 1_200)
    assert np.ptp(pixels(clean.jpeg)[600:]) < 4


def test_a_bomb_of_text_costs_little_and_is_refused_or_cleaned() -> None:
    began = time.monotonic()
    with pytest.raises(PhotoError) as refused:
        read_photo(with_text_chunk(300_000_000))
    assert refused.value.code in ("damaged", "too_costly")
    assert time.monotonic() - began < caps.WALL_S


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(orientation: int) -> None:
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    sent = scene(1) if orientation == 1 else scene(1).transpose(turned[orientation])
    for kind in ("JPEG", "HEIF"):
        clean = read_photo(encoded(sent, kind, exif=exif(orientation=orientation).tobytes(), quality=90))
        assert (clean.width, clean.height) == (320, 240), kind
        assert difference(pixels(clean.jpeg), pixels(encoded(scene(1), "PNG"))) < 6, kind


def test_colours_of_every_kind_come_out_as_they_are_meant() -> None:
    red = Image.new("RGB", (64, 64), (200, 30, 40))
    half = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    grey16 = Image.fromarray(np.full((64, 64), 0x8000, np.uint16))
    display_p3 = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name, content, meant in (
        ("CMYK", encoded(red.convert("CMYK"), quality=95), (200, 30, 40)),
        ("16 bits", encoded(grey16, "PNG"), (128, 128, 128)),
        ("transparent", encoded(half, "PNG"), (255, 255, 255)),
        ("palette", encoded(red.quantize(8), "PNG"), (200, 30, 40)),
        ("one bit", encoded(Image.new("1", (64, 64), 1), "PNG"), (255, 255, 255)),
        ("grey with alpha", encoded(Image.new("LA", (64, 64), (77, 255)), "PNG"), (77, 77, 77)),
        ("sRGB profile", encoded(red, icc_profile=display_p3, quality=95), (200, 30, 40)),
        ("a broken profile", encoded(red, icc_profile=b"no profile" * 30, quality=95), (200, 30, 40)),
    ):
        found = pixels(read_photo(content).jpeg).mean(axis=(0, 1))
        assert np.abs(found - meant).max() < 6, name


def test_a_profile_is_heeded_before_it_is_dropped() -> None:
    green = Image.new("RGB", (64, 64), (0, 200, 0))
    lab = ImageCms.createProfile("LAB")  # not a profile of RGB: left aside rather than believed
    kept = pixels(read_photo(encoded(green, "PNG", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())).jpeg)
    assert np.abs(kept.mean(axis=(0, 1)) - (0, 200, 0)).max() < 6


def test_moment_place_and_camera_are_read_before_they_are_dropped() -> None:
    for kind in ("JPEG", "HEIF", "WEBP", "PNG"):
        block = exif(time="2021:08:20 09:30:00", offset="+08:00", place=(106.71, 26.59), make="HUAWEI", model="P40")
        clean = read_photo(encoded(scene(1), kind, exif=block))
        found = metadata_of(clean.exif, time_zone="Asia/Shanghai")
        assert found.taken_us == 1_629_423_000_000_000, kind
        assert (found.lon, found.lat) == (pytest.approx(106.71, abs=1e-6), pytest.approx(26.59, abs=1e-6))
        assert found.camera == "HUAWEI P40"


def test_the_same_bytes_become_the_same_bytes() -> None:
    assert read_photo(WHOLE) == read_photo(WHOLE)
    other = photo(1, time="2020:01:01 00:00:00", place=(1.0, 2.0))
    assert read_photo(other).jpeg == read_photo(WHOLE).jpeg  # they differ in nothing that is kept


def test_random_damage_is_refused_or_cleaned_and_never_more(soak: bool) -> None:
    rng = np.random.default_rng(7)
    for kind in ("JPEG", "PNG", "WEBP", "HEIF"):
        whole = encoded(scene(2, 160, 120), kind, exif=exif(place=(106.7, 26.6)))
        for _ in range(60 if soak else 5):
            content = bytearray(whole)
            for at in rng.integers(0, len(content), rng.integers(1, 30)):
                content[at] = rng.integers(0, 256)
            try:
                clean = read_photo(bytes(content))
            except PhotoError:
                continue
            assert foreign_part(clean.jpeg) is None


# The walls.


def behind_walls(attempt: str, *, memory: int = 10**9) -> str:
    """What became of `attempt` (Python) in a process that has confined itself."""
    program = f"""
import os, socket, subprocess, ctypes, sys
from data.photos.walls import confine
filtered = confine(memory_bytes={memory}, cpu_s=2, written_bytes=1000)
try:
    {attempt}
    said = "done"
except MemoryError:
    said = "MemoryError"
except OSError as error:
    said = f"errno {{error.errno}}"
os.write(1, f"{{filtered}} {{said}}".encode())
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60)
    return done.stdout.decode() if done.returncode >= 0 else f"signal {-done.returncode}"


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "os.open('/', os.O_RDONLY)",
        "os.listdir('/')",
        "socket.socket()",
        "socket.socketpair()",
        "os.pipe()",
        "os.dup(1)",
        "os.fork()",
        "subprocess.run(['/bin/true'])",
        "os.execv('/bin/true', ['true'])",
        "os.unlink('/nowhere')",
        "os.kill(os.getppid(), 0)",
        "os.readlink('/proc/self/exe')",
    ],
)
def test_behind_the_walls_nothing_can_be_reached(attempt: str) -> None:
    said = behind_walls(attempt)
    assert said.startswith(("True errno ", "False errno 24")), said


def test_behind_the_walls_memory_time_and_output_have_an_end() -> None:
    assert behind_walls("bytearray(2_000_000_000)").endswith("MemoryError")
    assert behind_walls("exec('while True: pass')") in (f"signal {signal.SIGXCPU}", f"signal {signal.SIGKILL}")
    assert behind_walls("bytes(10)") == "True done" or sys.platform != "linux"
    with Path(os.devnull).open("rb"):
        assert behind_walls("os.write(1, b'')").endswith("done")


# The parent believes only what it can check.


def answering(monkeypatch: pytest.MonkeyPatch, text: bytes, ended: int = 0) -> None:
    def run(_said: object, answer: io.RawIOBase) -> int:
        answer.write(text)
        return ended

    monkeypatch.setattr(reading, "_run", run)


def forged(clean: CleanPhoto, jpeg: bytes) -> bytes:
    sizes = [len(jpeg), len(clean.thumb), len(clean.grey)]
    head = f'{{"width":1,"height":1,"kind":"JPEG","exif":{{}},"filtered":true,"sizes":{sizes}}}\n'
    return head.encode() + jpeg + clean.thumb + clean.grey


def test_a_reader_that_was_taken_over_cannot_have_anything_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = read_photo(WHOLE)
    for jpeg in (WHOLE, clean.jpeg + SCRIPT, SCRIPT, encoded(scene(1), comment=b"x"), b""):
        answering(monkeypatch, forged(clean, jpeg))
        with pytest.raises(StoreError, match="cannot be trusted"):
            read_photo(WHOLE)
    for text in (b"", b"{}", b"\xff\n", b'{"refused":"no such code"}\n', b"[]\n", forged(clean, clean.jpeg) + b"x"):
        answering(monkeypatch, text)
        with pytest.raises(StoreError, match="cannot be trusted"):
            read_photo(WHOLE)
    answering(monkeypatch, forged(clean, clean.jpeg))
    assert read_photo(WHOLE).jpeg == clean.jpeg


def test_a_reader_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps, "WALL_S", 0.3)
    monkeypatch.setattr(reading, "_PROGRAM", "import time; time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(PhotoError) as refused:
        read_photo(WHOLE)
    assert refused.value.code == "too_costly"
    assert time.monotonic() - began < 20


def test_only_so_many_are_read_at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps, "WALL_S", 0.05)
    taken = [reading._children.acquire() for _ in range(caps.AT_ONCE)]
    try:
        with pytest.raises(BusyError):
            read_photo(WHOLE)
    finally:
        for _ in taken:
            reading._children.release()


def test_the_reader_gets_no_environment_and_no_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}

    class Watched(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: object, **options: object) -> None:
            seen.update(options)
            super().__init__(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.subprocess, "Popen", Watched)
    read_photo(WHOLE)
    assert seen["env"] == {}
    assert seen["cwd"] == "/"
    assert seen.get("close_fds", True) is True


def test_foreign_parts_are_named() -> None:
    bare = read_photo(WHOLE).jpeg
    assert foreign_part(bare) is None
    assert foreign_part(b"") == "no JPEG"
    assert foreign_part(bare[:-2]) is not None
    assert foreign_part(bare + b"x") == "1 byte behind its end"
    assert foreign_part(WHOLE) == "a segment of kind E1"
    assert foreign_part(encoded(scene(1), comment=b"x")) == "a segment of kind FE"
    for cut in range(0, len(bare), 97):
        assert foreign_part(bare[:cut]) is not None
