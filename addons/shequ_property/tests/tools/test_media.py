import io
import struct
import time
import tracemalloc
import wave
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, PngImagePlugin

from odoo.tests import BaseCase, tagged

from ...tools.media import (
    MIB,
    MediaError,
    check_audio,
    check_video,
    inspect_clip,
    process_photo,
    without_location,
)

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (255,) * 3


def picture(fmt="JPEG", size=(64, 48), mode="RGB", color=RED, **options):
    stream = io.BytesIO()
    Image.new(mode, size, color).save(stream, fmt, **options)
    return stream.getvalue()


def corners():
    """An upright picture, wider than high, with three corners to tell apart."""
    image = Image.new("RGB", (80, 40), WHITE)
    image.paste(RED, (0, 0, 40, 20))
    image.paste(GREEN, (40, 0, 80, 20))
    image.paste(BLUE, (0, 20, 40, 40))
    return image


# What a camera stores so that a viewer who follows the note sees it upright.
STORED = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.rotate(180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.rotate(90, expand=True),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.rotate(-90, expand=True),
}


def exif(orientation=None, gps=True):
    notes = Image.Exif()
    if orientation:
        notes[0x0112] = orientation
    if gps:
        notes[0x010F] = "SecretPhoneMaker"
        notes.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 48.0), 3: "E"})
    return notes


def png_header(width, height, depth=8, color=2):
    def chunk(name, body):
        crc = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    line = zlib.compress(b"\0" * MIB, 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", line * 3)
        + chunk(b"IEND", b"")
    )


def box(name, body):
    return struct.pack(">I4s", len(body) + 8, name) + body


def mp4(handler, brand=b"isom", seconds=7, with_movie=True, notes=b""):
    header = struct.pack(">B3xIIII", 0, 0, 0, 1000, seconds * 1000) + bytes(80)
    track = box(b"trak", box(b"mdia", box(b"hdlr", bytes(8) + handler + bytes(12))))
    movie = box(b"moov", box(b"mvhd", header) + track + notes)
    start = box(b"ftyp", brand + bytes(4))
    return start + box(b"mdat", bytes(64)) + (movie if with_movie else b"")


def webm(track_type):
    head = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"
    return head + b"\x16\x54\xae\x6b\xae\x83\x81" + bytes([track_type]) + bytes(99)


def ogg(head, granule):
    page = b"OggS\0\2" + bytes(8) + bytes(14) + head
    return page + b"OggS\0\4" + struct.pack("<q", granule) + bytes(20)


def wav(seconds=2):
    stream = io.BytesIO()
    with wave.open(stream, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(16000 * seconds))
    return stream.getvalue()


def is_near(pixel, color):
    return all(abs(a - b) < 40 for a, b in zip(pixel, color, strict=True))


class MediaCase(BaseCase):
    def assertRefused(self, code, function, *args, **options):
        with self.assertRaises(MediaError) as caught:
            function(*args, **options)
        self.assertEqual(caught.exception.code, code)
        return caught.exception.values

    def opened(self, photo):
        image = Image.open(io.BytesIO(photo.raw))
        image.load()
        self.assertEqual(image.format, "JPEG")
        self.assertEqual(image.size, (photo.width, photo.height))
        return image


@tagged("post_install", "-at_install")
class TestPhoto(MediaCase):
    def test_all_eight_orientations_come_out_upright(self):
        for orientation, store in STORED.items():
            stream = io.BytesIO()
            store(corners()).save(
                stream, "JPEG", exif=exif(orientation), quality=95, subsampling=0
            )
            with self.subTest(orientation=orientation):
                image = self.opened(process_photo(stream.getvalue()))
                self.assertEqual(image.size, (80, 40))
                self.assertTrue(is_near(image.getpixel((10, 5)), RED))
                self.assertTrue(is_near(image.getpixel((70, 5)), GREEN))
                self.assertTrue(is_near(image.getpixel((10, 35)), BLUE))
                self.assertTrue(is_near(image.getpixel((70, 35)), WHITE))

    def test_position_and_every_other_note_are_gone(self):
        raw = picture(exif=exif(6), comment=b"SecretComment", xmp=b"<x>SecretXmp</x>")
        self.assertIn(b"Secret", raw)
        self.assertTrue(Image.open(io.BytesIO(raw)).getexif().get_ifd(0x8825))
        photo = process_photo(raw)
        image = self.opened(photo)
        self.assertFalse(dict(image.getexif()))
        self.assertNotIn("exif", image.info)
        for word in (b"Secret", b"Exif", b"http"):
            self.assertNotIn(word, photo.raw)

    def test_notes_of_png_and_webp_are_gone_and_followed(self):
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "SecretText")
        for fmt, options in (("PNG", {"pnginfo": text}), ("WEBP", {})):
            raw = picture(fmt, exif=exif(6), **options)
            with self.subTest(fmt=fmt):
                photo = process_photo(raw)
                self.assertEqual((photo.width, photo.height), (48, 64))
                self.assertNotIn(b"Secret", photo.raw)

    def test_a_large_picture_is_made_smaller_and_keeps_its_shape(self):
        photo = process_photo(picture(size=(4000, 3000)))
        self.assertEqual((photo.width, photo.height), (1920, 1440))
        photo = process_photo(picture(size=(300, 9000)), max_side=900)
        self.assertEqual((photo.width, photo.height), (30, 900))
        photo = process_photo(picture("PNG", size=(9000, 1)), max_side=900)
        self.assertEqual((photo.width, photo.height), (900, 1))

    def test_a_small_picture_is_not_blown_up(self):
        photo = process_photo(picture(size=(3, 2)))
        self.assertEqual((photo.width, photo.height), (3, 2))
        self.assertEqual(photo.mimetype, "image/jpeg")

    def test_what_is_transparent_becomes_white(self):
        for fmt in ("PNG", "WEBP"):
            raw = picture(fmt, mode="RGBA", color=(0, 0, 0, 0))
            with self.subTest(fmt=fmt):
                image = self.opened(process_photo(raw))
                self.assertTrue(is_near(image.getpixel((5, 5)), WHITE))
        palette = Image.new("P", (8, 8), 0)
        palette.putpalette([0, 0, 0, *RED])
        stream = io.BytesIO()
        palette.save(stream, "PNG", transparency=0)
        image = self.opened(process_photo(stream.getvalue()))
        self.assertTrue(is_near(image.getpixel((5, 5)), WHITE))

    def test_uncommon_colours_keep_their_brightness(self):
        cases = {
            "I;16": ("PNG", 0x8000, (128,) * 3),
            "L": ("PNG", 200, (200,) * 3),
            "1": ("PNG", 1, WHITE),
            "CMYK": ("JPEG", (0, 0, 0, 255), (0, 0, 0)),
            "P": ("GIF", 0, (0, 0, 0)),
        }
        for mode, (fmt, color, expected) in cases.items():
            with self.subTest(mode=mode):
                raw = picture(fmt, mode=mode, color=color)
                image = self.opened(process_photo(raw))
                self.assertTrue(is_near(image.getpixel((5, 5)), expected))

    def test_of_moving_pictures_the_first_is_kept(self):
        frames = [Image.new("RGB", (20, 20), color) for color in (GREEN, BLUE)]
        for fmt in ("GIF", "WEBP"):
            stream = io.BytesIO()
            frames[0].save(stream, fmt, save_all=True, append_images=frames[1:])
            with self.subTest(fmt=fmt):
                image = self.opened(process_photo(stream.getvalue()))
                self.assertTrue(is_near(image.getpixel((5, 5)), GREEN))

    def test_a_picture_with_a_film_behind_it_is_taken(self):
        """Telephones append the seconds around the picture to it."""
        raw = picture() + mp4(b"vide") + bytes(200_000)
        self.assertEqual(process_photo(raw).width, 64)

    def test_broken_notes_do_not_lose_the_picture(self):
        raw = picture(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + b"\xff" * 40)
        self.assertEqual(process_photo(raw).width, 64)


@tagged("post_install", "-at_install")
class TestPhotoRefused(MediaCase):
    def test_empty_and_too_large(self):
        self.assertRefused("empty", process_photo, b"")
        values = self.assertRefused(
            "too_large", process_photo, bytes(3 * MIB), max_bytes=2 * MIB
        )
        self.assertEqual(values, {"size_mb": 3.0, "limit_mb": 2.0})

    def test_what_is_not_a_picture(self):
        for raw in (b"MZ\x90\0", b"<svg onload='x'/>", b"%PDF-1.7", bytes(99), b"\xff"):
            self.assertRefused("not_image", process_photo, raw)

    def test_an_iphone_original_is_named(self):
        raw = box(b"ftyp", b"heic" + bytes(12)) + bytes(99)
        self.assertRefused("heic", process_photo, raw)

    def test_a_cut_off_file_is_damaged_even_when_pillow_is_lenient(self):
        lenient = ImageFile.LOAD_TRUNCATED_IMAGES
        self.addCleanup(setattr, ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)
        thumb = exif(1)
        for lenient in (False, True):
            ImageFile.LOAD_TRUNCATED_IMAGES = lenient
            for fmt in ("JPEG", "PNG", "GIF", "WEBP", "BMP"):
                options = {"exif": thumb} if fmt == "JPEG" else {}
                raw = picture(fmt, size=(300, 300), **options)
                for kept in (0.97, 0.5, 0.1):
                    with self.subTest(fmt=fmt, kept=kept, lenient=lenient):
                        part = raw[: int(len(raw) * kept)]
                        self.assertRefused("truncated", process_photo, part)

    def test_a_thumbnail_inside_does_not_count_as_the_end(self):
        notes = b"Exif\0\0" + picture(size=(20, 20))
        raw = picture(size=(300, 300))
        segment = b"\xff\xe1" + struct.pack(">H", len(notes) + 2) + notes
        whole = raw[:2] + segment + raw[2:]
        self.assertEqual(process_photo(whole).width, 300)
        self.assertRefused("truncated", process_photo, whole[:-200])

    def test_bombs_are_refused_at_once_and_without_memory(self):
        gif = bytearray(picture("GIF"))
        gif[6:10] = struct.pack("<HH", 60_000, 60_000)
        webp = b"RIFF\xff\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0"
        webp += b"\xfe\x3f\0" * 2 + bytes(300)
        jpeg = bytearray(picture())
        position = jpeg.find(b"\xff\xc0") + 5
        jpeg[position : position + 4] = struct.pack(">HH", 60_000, 60_000)
        bmp = bytearray(picture("BMP"))
        bmp[18:26] = struct.pack("<ii", 30_000, -30_000)
        bombs = {
            "png": png_header(30_000, 30_000),
            "png 1 bit": png_header(2**31 - 1, 2**31 - 1, depth=1, color=0),
            "gif": bytes(gif),
            "webp": webp,
            "jpeg": bytes(jpeg),
            "bmp": bytes(bmp),
        }
        for name, raw in bombs.items():
            with self.subTest(bomb=name):
                tracemalloc.start()
                start = time.monotonic()
                self.assertRefused("too_many_pixels", process_photo, raw)
                spent = time.monotonic() - start
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                self.assertLess(spent, 1)
                self.assertLess(peak, 5 * MIB)

    def test_the_limit_of_pixels_is_told(self):
        raw = picture(size=(2000, 2000))
        values = self.assertRefused(
            "too_many_pixels", process_photo, raw, max_pixels=3_000_000
        )
        self.assertEqual(values, {"limit_megapixels": 3})


SAMPLES = [
    picture(exif=exif(3)),
    picture("PNG"),
    picture("PNG", mode="P", color=1),
    picture("GIF"),
    picture("WEBP"),
    picture("WEBP", lossless=True),
    picture("BMP"),
    mp4(b"vide"),
    mp4(b"soun", b"M4A "),
    webm(1),
    ogg(b"OpusHead", 48_000),
    wav(),
    b"#!AMR\n" + b"\x3c" + bytes(31),
    b"\xff\xfb\x90\x64" + bytes(400),
]


def without_crash(function, raw):
    try:
        return function(raw)
    except MediaError:
        return None


@tagged("post_install", "-at_install")
class TestFuzz(BaseCase):
    @settings(max_examples=400, deadline=None)
    @given(
        st.sampled_from(SAMPLES),
        st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12),
        st.floats(0, 1),
    )
    def test_damaged_files_raise_nothing_but_media_errors(self, raw, changes, kept):
        damaged = bytearray(raw)
        for position, value in changes:
            damaged[position % len(damaged)] = value
        damaged = bytes(damaged[: max(4, int(len(damaged) * kept))])
        for function in (process_photo, check_audio, check_video):
            without_crash(function, damaged)
        self.assertEqual(len(without_location(damaged)), len(damaged))

    @settings(max_examples=200, deadline=None)
    @given(st.binary(max_size=600))
    def test_random_bytes_raise_nothing_but_media_errors(self, raw):
        for function in (process_photo, check_audio, check_video):
            without_crash(function, raw)

    @settings(max_examples=40, deadline=None)
    @given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 8))
    def test_any_shape_fits_and_stays_a_picture(self, width, height, orientation):
        raw = picture(size=(width, height), exif=exif(orientation))
        photo = process_photo(raw, max_side=640)
        self.assertLessEqual(max(photo.width, photo.height), 640)
        turned = orientation >= 5
        self.assertEqual(
            (photo.width > photo.height) and (photo.width - photo.height > 1),
            (photo.width - photo.height > 1) and ((height > width) == turned),
        )


@tagged("post_install", "-at_install")
class TestClips(MediaCase):
    def test_voice_of_each_kind_of_telephone(self):
        cases = {
            "audio/webm": (webm(2), None),
            "audio/ogg": (ogg(b"OpusHead", 96_000), 2),
            "audio/mp4": (mp4(b"soun", b"M4A "), 7),
            "audio/3gpp": (mp4(b"soun", b"3gp4", 3), 3),
            "audio/mpeg": (b"\xff\xfb\x90\x64" + bytes(400), None),
            "audio/wav": (wav(2), 2),
            "audio/amr": (b"#!AMR\n" + (b"\x3c" + bytes(31)) * 100, 2),
        }
        for mimetype, (raw, seconds) in cases.items():
            with self.subTest(mimetype=mimetype):
                self.assertEqual(check_audio(raw), mimetype)
                clip = inspect_clip(raw)
                if seconds is None:
                    self.assertIsNone(clip.seconds)
                else:
                    self.assertAlmostEqual(clip.seconds, seconds, 2)

    def test_vorbis_counts_in_its_own_rate(self):
        head = b"\x01vorbis" + struct.pack("<IBI", 0, 1, 22_050)
        clip = inspect_clip(ogg(head, 44_100))
        self.assertAlmostEqual(clip.seconds, 2)

    def test_id3_is_mp3(self):
        self.assertEqual(inspect_clip(b"ID3\4" + bytes(99)).extension, "mp3")

    def test_video_of_each_kind_of_telephone(self):
        cases = {
            "video/mp4": mp4(b"vide"),
            "video/quicktime": mp4(b"vide", b"qt  "),
            "video/3gpp": mp4(b"vide", b"3gp5"),
            "video/webm": webm(1),
            "video/ogg": ogg(b"\x80theora", 0),
        }
        for mimetype, raw in cases.items():
            with self.subTest(mimetype=mimetype):
                self.assertEqual(check_video(raw), mimetype)

    def test_where_a_film_was_made_is_blotted_out(self):
        place = b"+31.2304+121.4737+004.000/"
        loci = box(
            b"loci", bytes(6) + b"home" + struct.pack(">ii", 121 << 16, 31 << 16)
        )
        notes = box(b"udta", box(b"\xa9xyz", b"\0\x1a\x15\xc7" + place) + loci)
        raw = mp4(b"vide", notes=notes)
        clean = without_location(raw)
        self.assertEqual(len(clean), len(raw))
        self.assertNotIn(b"31.2304", clean)
        self.assertNotIn(b"loci", clean)
        self.assertNotIn(struct.pack(">i", 121 << 16), clean)
        self.assertEqual(inspect_clip(clean), inspect_clip(raw))
        changed = sum(a != b for a, b in zip(raw, clean, strict=True))
        self.assertLessEqual(changed, len(place) + len(loci))

    def test_what_has_no_place_is_left_as_it_is(self):
        film = mp4(b"vide")
        # The picture itself may hold any bytes.
        film = film.replace(bytes(32), b"+31.2304+121.4737/".ljust(32, b"\0"), 1)
        for raw in (film, webm(1), wav(), b"", b"1234moov", mp4(b"vide")[:-30]):
            self.assertEqual(without_location(raw), raw)

    def test_one_does_not_pass_for_the_other(self):
        self.assertRefused("not_video", check_video, mp4(b"soun", b"M4A "))
        self.assertRefused("not_audio", check_audio, mp4(b"vide"))
        self.assertRefused("not_video", check_video, webm(2))
        self.assertRefused("not_audio", check_audio, picture())
        self.assertRefused("not_video", check_video, picture("WEBP"))
        self.assertRefused("not_audio", check_audio, b"<html><script>1</script>")

    def test_a_film_without_its_index_is_damaged(self):
        raw = mp4(b"vide", with_movie=False)
        self.assertRefused("truncated", check_video, raw)

    def test_limits(self):
        self.assertRefused("empty", check_audio, b"")
        self.assertRefused("too_large", check_video, mp4(b"vide"), max_bytes=50)
        values = self.assertRefused("too_long", check_audio, wav(2), max_seconds=1)
        self.assertEqual(values, {"seconds": 2, "limit_seconds": 1})
        self.assertEqual(check_audio(wav(2), max_seconds=2), "audio/wav")
