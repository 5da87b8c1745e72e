"""Photos, voice notes and short videos that people send in.

Everything that comes in is untrusted bytes.  A photo is decoded once, turned
upright, made smaller and written anew, so that nothing of the original file but
its picture survives: no position, no device, no owner's name.  Voice and video are
recognised by their first bytes, never by a file name or a promised type.

Refusals are `MediaError`s with a code and values; who calls puts them into words.
"""

import io
import re
import struct
import warnings
from typing import NamedTuple

from PIL import (
    Image,
    WebPImagePlugin,  # noqa: F401  Odoo keeps Pillow from finding it by itself
)

MIB = 1024 * 1024
PHOTO_MAX_BYTES = 20 * MIB
PHOTO_MAX_SIDE = 1920
# Room for a 64-megapixel telephone.  Only JPEG can be decoded at a fraction of its
# size; the other formats need four bytes a pixel and get half of it.
PHOTO_MAX_PIXELS = 64_000_000
JPEG_QUALITY = 85
AUDIO_MAX_BYTES = 5 * MIB
VIDEO_MAX_BYTES = 50 * MIB

ORIENTATION_TAG = 0x0112
# EXIF orientation → what turns the picture upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"}
EXTENSIONS = {
    "audio/amr": "amr",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/3gpp": "3gp",
    "image/jpeg": "jpg",
    "video/mp4": "mp4",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/3gpp": "3gp",
}


MP4_BEGINNINGS = (b"ftyp", b"moov", b"mdat", b"wide")


class MediaError(Exception):
    """A file that cannot be taken.

    `code` is one of
    - `empty`: there are no bytes
    - `too_large`: values `size_mb`, `limit_mb`
    - `too_many_pixels`: value `limit_megapixels`
    - `too_long`: values `seconds`, `limit_seconds`
    - `not_image`, `not_audio`, `not_video`: the bytes are something else
    - `heic`: an original of an iPhone, which is not read
    - `truncated`: begins as it should and then breaks off or makes no sense
    """

    def __init__(self, code, **values):
        super().__init__(code, values)
        self.code = code
        self.values = values


class Photo(NamedTuple):
    """A picture fit to keep: JPEG bytes, and its size in pixels."""

    raw: bytes
    mimetype: str
    width: int
    height: int


class Clip(NamedTuple):
    """A voice note or video; `seconds` is None when its container does not tell."""

    mimetype: str
    extension: str
    seconds: float | None


# -- photos -----------------------------------------------------------------


def process_photo(
    raw,
    *,
    max_side=PHOTO_MAX_SIDE,
    max_bytes=PHOTO_MAX_BYTES,
    max_pixels=PHOTO_MAX_PIXELS,
):
    """Return the picture in `raw` upright, small and bare of everything else.

    :param bytes raw: a JPEG, PNG, WebP, GIF (its first frame) or BMP file
    :param int max_side: longest side of the result in pixels
    :param int max_bytes: largest file that is looked at
    :param int max_pixels: largest picture that is decoded
    :return: Photo
    :raise MediaError: when it cannot be taken
    """
    raw = _checked_size(raw, max_bytes)
    kind = _image_kind(raw)
    if not kind:
        raise MediaError("not_image")
    if kind == "HEIF":
        raise MediaError("heic")
    limit = max_pixels if kind == "JPEG" else max_pixels // 2
    _check_pixels(_declared_size(raw, kind), limit)
    if not _is_complete(raw, kind):
        raise MediaError("truncated")
    try:
        with warnings.catch_warnings():
            # The size was judged above, by our own limit.
            warnings.simplefilter("ignore")
            picture = _decode(raw, kind, max_side, limit)
            return _encode(picture)
    except MediaError:
        raise
    except (Image.DecompressionBombError, MemoryError) as error:
        raise _too_many_pixels(limit) from error
    except Exception as error:
        # Crafted files make the decoders raise nearly anything: struct.error,
        # SyntaxError, ZeroDivisionError…  To the sender they mean the same.
        raise MediaError("truncated") from error


def _checked_size(raw, max_bytes):
    if not raw:
        raise MediaError("empty")
    if len(raw) > max_bytes:
        raise MediaError(
            "too_large",
            size_mb=round(len(raw) / MIB, 1),
            limit_mb=round(max_bytes / MIB, 1),
        )
    return bytes(raw)


def _image_kind(raw):
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    if raw[:2] == b"BM" and len(raw) > 26:
        return "BMP"
    if raw[4:8] == b"ftyp" and raw[8:12] in HEIF_BRANDS:
        return "HEIF"
    return None


def _declared_size(raw, kind):
    """Width and height as the header says, read without a decoder.

    WebP's decoder takes its memory on opening, so its size is to be known before.
    JPEG's is scattered over segments: Pillow reads it without decoding.
    """
    try:
        if kind == "PNG":
            return struct.unpack(">II", raw[16:24])
        if kind == "GIF":
            return struct.unpack("<HH", raw[6:10])
        if kind == "BMP":
            width, height = struct.unpack("<ii", raw[18:26])
            return abs(width), abs(height)
        if kind == "WEBP":
            return _webp_size(raw)
    except struct.error as error:
        raise MediaError("truncated") from error
    return 0, 0


def _webp_size(raw):
    chunk = raw[12:16]
    if chunk == b"VP8X":
        width = int.from_bytes(raw[24:27], "little") + 1
        height = int.from_bytes(raw[27:30], "little") + 1
        return width, height
    if chunk == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", raw[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _check_pixels(size, limit):
    if size[0] * size[1] > limit:
        raise _too_many_pixels(limit)


def _too_many_pixels(limit):
    return MediaError("too_many_pixels", limit_megapixels=limit // 1_000_000)


def _decode(raw, kind, max_side, limit):
    """Return an upright RGB image of at most `max_side` pixels a side."""
    with Image.open(io.BytesIO(raw), formats=[kind]) as image:
        _check_pixels(image.size, limit)
        # JPEG decodes to a fraction: take one still twice as large as needed, so
        # that the fine resizing afterwards has something to work with.
        scale = max(1, max(image.size) / (max_side * 2))
        image.draft(None, tuple(max(1, int(side / scale)) for side in image.size))
        image.load()
        orientation = _orientation(image)
        flat = _flatten(image)
        flat.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        if orientation in UPRIGHT:
            flat = flat.transpose(UPRIGHT[orientation])
        return flat


def _is_complete(raw, kind):
    """Whether the file has its end.

    Pillow would tell, were it not that Odoo asks it for the whole process to fill
    up broken pictures with grey (`ImageFile.LOAD_TRUNCATED_IMAGES`).
    """
    if kind == "JPEG":
        return raw.find(b"\xff\xd9", _jpeg_scan_start(raw)) > 0
    if kind == "PNG":
        return raw.rfind(b"IEND") > 0
    if kind == "GIF":
        return raw.rstrip(b"\0").endswith(b";")
    if kind == "WEBP":
        return len(raw) >= 8 + int.from_bytes(raw[4:8], "little")
    return len(raw) >= int.from_bytes(raw[2:6], "little")


def _jpeg_scan_start(raw):
    """Where the picture itself begins: before it, a thumbnail may have an end."""
    offset = 2
    while offset + 4 <= len(raw):
        marker, length = struct.unpack(">HH", raw[offset : offset + 4])
        offset += 2 + length
        if marker == 0xFFDA:
            return offset
    return len(raw)


def _orientation(image):
    try:
        return image.getexif().get(ORIENTATION_TAG, 1)
    except Exception:
        # A picture with broken notes about itself is still a picture.
        return 1


def _flatten(image):
    """Return `image` in RGB, what was transparent on white."""
    if image.mode.startswith("I"):
        # 16 bits a pixel, which Pillow would cut off instead of scale.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or (
        "transparency" in image.info
    ):
        image = image.convert("RGBA")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
        return flat
    return image.convert("RGB")


def _encode(image):
    # A fresh image: Pillow would carry comments of the old one into the new file.
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    stream = io.BytesIO()
    clean.save(stream, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return Photo(stream.getvalue(), "image/jpeg", clean.width, clean.height)


# -- voice and video ----------------------------------------------------------


def check_audio(raw, max_bytes=AUDIO_MAX_BYTES, max_seconds=None):
    """Recognise a voice note: WebM, Ogg, MP4/M4A, 3GP, MP3, WAV or AMR.

    :return: str, its media type such as ``audio/amr``
    :raise MediaError: empty, too_large, too_long, not_audio, truncated
    """
    return _check_clip(raw, "audio", max_bytes, max_seconds)


def check_video(raw, max_bytes=VIDEO_MAX_BYTES, max_seconds=None):
    """Recognise a short video: MP4, QuickTime, 3GP, WebM or Ogg.

    :return: str, its media type such as ``video/mp4``
    :raise MediaError: empty, too_large, too_long, not_video, truncated
    """
    return _check_clip(raw, "video", max_bytes, max_seconds)


# Where it was filmed, as telephones write it into a film: +31.2304+121.4737/
POSITION = re.compile(rb"[+-]\d{2,6}(?:\.\d+)?[+-]\d{3,7}(?:\.\d+)?(?:[+-][\d.]+)?/")


def without_location(raw):
    """Return a recording with the place where it was made blotted out.

    Only the description in front of or behind the film (the box ``moov``) is
    touched, byte for byte, so that nothing in it moves.
    """
    if raw[4:8] not in MP4_BEGINNINGS:
        return raw
    clean = bytearray(raw)
    try:
        for start, end in _movie_ranges(raw):
            clean[start:end] = POSITION.sub(
                lambda match: b" " * len(match[0]), bytes(clean[start:end])
            )
            _blot_loci(clean, start, end)
    except (MediaError, struct.error):
        return raw
    return bytes(clean)


def _movie_ranges(raw):
    offset = 0
    for name, body in _boxes(raw):
        size = struct.unpack(">I", raw[offset : offset + 4])[0]
        header = 16 if size == 1 else 8
        if name == b"moov":
            yield offset + header, offset + header + len(body)
        offset += header + len(body)


def _blot_loci(clean, start, end):
    """3GP keeps the position in numbers, in a box called ``loci``."""
    position = clean.find(b"loci", start, end)
    while position >= start + 4:
        size = struct.unpack(">I", clean[position - 4 : position])[0]
        stop = min(position - 4 + size, end)
        clean[position : position + 4] = b"free"
        clean[position + 4 : stop] = bytes(max(0, stop - position - 4))
        position = clean.find(b"loci", position, end)


def inspect_clip(raw):
    """Return what the bytes of a recording tell: `Clip`, or None if they are none.

    :raise MediaError: truncated
    """
    try:
        mimetype, seconds = _sniff_clip(raw)
    except (struct.error, IndexError, ZeroDivisionError, OverflowError) as error:
        raise MediaError("truncated") from error
    return mimetype and Clip(mimetype, EXTENSIONS[mimetype], seconds)


def _check_clip(raw, wanted, max_bytes, max_seconds):
    clip = inspect_clip(_checked_size(raw, max_bytes))
    if not clip or not clip.mimetype.startswith(wanted):
        raise MediaError(f"not_{wanted}")
    if max_seconds and clip.seconds and clip.seconds > max_seconds:
        raise MediaError(
            "too_long", seconds=round(clip.seconds), limit_seconds=round(max_seconds)
        )
    return clip.mimetype


def _sniff_clip(raw):
    """Return the media type (or None) and the seconds (or None) of a clip."""
    if raw[4:8] in MP4_BEGINNINGS:
        return _sniff_mp4(raw)
    if raw.startswith(b"\x1a\x45\xdf\xa3"):
        return _sniff_webm(raw)
    if raw.startswith(b"OggS"):
        return _sniff_ogg(raw)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WAVE":
        rate = struct.unpack("<I", raw[28:32])[0]
        return "audio/wav", (len(raw) - 44) / rate
    if raw.startswith(b"#!AMR-WB\n"):
        return "audio/amr", _amr_seconds(raw, 9, AMR_WB_FRAMES)
    if raw.startswith(b"#!AMR\n"):
        return "audio/amr", _amr_seconds(raw, 6, AMR_FRAMES)
    if raw.startswith(b"ID3") or _is_mp3_frame(raw):
        return "audio/mpeg", None
    return None, None


# Bytes of a frame of 20 ms after its type byte, by frame type.
AMR_FRAMES = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
AMR_WB_FRAMES = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)


def _amr_seconds(raw, offset, sizes):
    frames = 0
    while offset < len(raw):
        offset += 1 + sizes[raw[offset] >> 3 & 0x0F]
        frames += 1
    return frames * 0.02


def _is_mp3_frame(raw):
    """Whether an MPEG audio frame header of layer III starts here."""
    return (
        len(raw) > 3
        and raw[0] == 0xFF
        and raw[1] & 0xE0 == 0xE0
        and raw[1] >> 3 & 3 != 1
        and raw[1] >> 1 & 3 == 1
        and raw[2] >> 4 not in (0, 15)
        and raw[2] >> 2 & 3 != 3
    )


def _sniff_webm(raw):
    head = raw[:4096]
    if b"webm" not in head[:64] and b"matroska" not in head[:64]:
        return None, None
    # TrackType, one byte long: 1 is a picture, 2 is sound.
    kind = "video" if b"\x83\x81\x01" in head else "audio"
    return f"{kind}/webm", None


def _sniff_ogg(raw):
    head = raw[:4096]
    if b"\x80theora" in head:
        return "video/ogg", None
    last = raw.rfind(b"OggS")
    granule = struct.unpack("<q", raw[last + 6 : last + 14])[0]
    if b"OpusHead" in head:
        return "audio/ogg", max(granule, 0) / 48_000
    position = head.find(b"\x01vorbis")
    if position < 0:
        known = b"Speex" in head or b"fLaC" in head
        return "audio/ogg" if known else None, None
    rate = struct.unpack("<I", head[position + 12 : position + 16])[0]
    return "audio/ogg", max(granule, 0) / rate


def _sniff_mp4(raw):
    brand = raw[8:12] if raw[4:8] == b"ftyp" else b"qt  "
    if brand in HEIF_BRANDS:
        return None, None
    movie = next((body for name, body in _boxes(raw) if name == b"moov"), None)
    if movie is None:
        # A recording in fragments always has its (empty) movie box in front.
        raise MediaError("truncated")
    is_video = b"vide" in movie or b"vmhd" in movie
    kind = "video" if is_video else "audio"
    if brand.startswith((b"3gp", b"3g2")):
        mimetype = f"{kind}/3gpp"
    elif brand == b"qt  " and is_video:
        mimetype = "video/quicktime"
    else:
        mimetype = f"{kind}/mp4"
    return mimetype, _mp4_seconds(movie)


def _boxes(raw):
    """Yield name and body of each box of an MP4 file, or of a box of it."""
    offset = 0
    while offset + 8 <= len(raw):
        size, name = struct.unpack(">I4s", raw[offset : offset + 8])
        start = offset + 8
        if size == 1:
            size = struct.unpack(">Q", raw[start : start + 8])[0]
            start += 8
        elif size == 0:
            size = len(raw) - offset
        if size < start - offset:
            raise MediaError("truncated")
        yield name, raw[start : offset + size]
        offset += size


def _mp4_seconds(movie):
    header = next((body for name, body in _boxes(movie) if name == b"mvhd"), None)
    if header is None:
        return None
    if header[0] == 1:
        scale, duration = struct.unpack(">IQ", header[20:32])
    else:
        scale, duration = struct.unpack(">II", header[12:20])
    return duration / scale if scale else None
