import io
import zipfile
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from ...tools import papers

CANARY = "朱先生13812345678"
PLACE = b"31.2304,121.4737"


def picture(kind="JPEG", size=(40, 30)):
    image = Image.new("RGB", size, "white")
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def pdf(password="", carried=True):
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    page[NameObject("/PieceInfo")] = DictionaryObject(
        {NameObject("/Who"): TextStringObject(CANARY)}
    )
    writer.add_metadata({"/Author": CANARY, "/Producer": "Scanner of 3-201"})
    if carried:
        writer.add_attachment("list.txt", CANARY.encode())
        writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert(1)"),
            }
        )
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def scan():
    """A PDF of a photo that a telephone has written its place into."""
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    out = io.BytesIO()
    writer = PdfWriter()
    Image.new("RGB", (40, 30), "white").save(out, "PDF")
    writer.append(io.BytesIO(out.getvalue()))
    stream = writer.pages[0]["/Resources"]["/XObject"]["/image"].get_object()
    stream._data = picture()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def strings(raw):
    """Every text of a PDF, whichever way it is written."""
    found = []
    reader = PdfReader(io.BytesIO(raw))

    def walk(value, depth=0):
        value = value.get_object()
        if depth > 12:
            return
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner, depth + 1)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, depth + 1)
        found.append(str(value))

    walk(reader.trailer)
    return " ".join(found)


class TestPapers(TestCase):
    def test_picture_keeps_nothing_but_what_it_shows(self):
        raw = picture()
        self.assertIn(PLACE, raw)
        paper = papers.clean("IMG 合同.JPEG", raw)
        self.assertNotIn(PLACE, paper.raw)
        self.assertEqual((paper.name, paper.mimetype), ("IMG 合同.jpg", "image/jpeg"))

    def test_a_page_of_a4_stays_readable(self):
        paper = papers.clean("a.png", picture("PNG", (2480, 3508)))
        self.assertEqual(paper.name, "a.jpg")
        self.assertEqual(Image.open(io.BytesIO(paper.raw)).size, (2480, 3508))

    def test_pdf_loses_its_properties_scripts_and_what_it_carries(self):
        raw = pdf()
        self.assertIn(CANARY, strings(raw))
        paper = papers.clean("合同.pdf", raw)
        self.assertNotIn(CANARY, strings(paper.raw))
        for word in (b"Scanner", CANARY.encode(), b"JavaScript", b"EmbeddedFile"):
            self.assertIn(word, raw)
            self.assertNotIn(word, paper.raw)
        self.assertEqual(len(PdfReader(io.BytesIO(paper.raw)).pages), 1)
        # The same paper again has the same digest.
        self.assertEqual(papers.clean("合同.pdf", raw), paper)

    def test_pdf_of_a_photo_loses_the_place(self):
        raw = scan()
        self.assertIn(PLACE, raw)
        paper = papers.clean("scan.pdf", raw)
        self.assertNotIn(PLACE, paper.raw)
        page = PdfReader(io.BytesIO(paper.raw)).pages[0]
        self.assertEqual(page.images[0].image.size, (40, 30))

    def test_what_is_sealed_stays_byte_for_byte(self):
        raw = pdf() + b"\n% /ByteRange [0 1 2 3]\n"
        self.assertEqual(papers.clean("x.pdf", raw).raw, raw)
        self.assertTrue(papers.is_sealed(raw))

    def test_refusals(self):
        bomb = picture()
        for raw, code in (
            (b"", "empty"),
            (b"MZ\x90\0program", "unknown"),
            (b"<html><script>alert(1)</script></html>", "unknown"),
            (b"PK\x03\x04 no archive", "unknown"),
            (b"%PDF-1.7 and then nothing", "truncated"),
            (pdf(password="x", carried=False), "locked"),
            (bomb[: len(bomb) // 3], "truncated"),
        ):
            with self.assertRaises(papers.PaperError) as caught:
                papers.clean("x", raw)
            self.assertEqual(caught.exception.code, code, raw[:20])
        with self.assertRaises(papers.PaperError) as caught:
            papers.clean("x.pdf", pdf(), max_bytes=100)
        self.assertEqual(caught.exception.code, "too_large")

    def test_ofd_is_told_from_other_archives(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("OFD.xml", "<ofd/>")
        paper = papers.clean("检验报告.ofd", out.getvalue())
        self.assertEqual((paper.name, paper.raw), ("检验报告.ofd", out.getvalue()))

    @given(st.text(), st.sampled_from(["pdf", "jpg"]))
    def test_names_are_names(self, name, extension):
        found = papers.file_name(name, extension)
        self.assertTrue(found.endswith(f".{extension}"))
        self.assertFalse(set(found) & set('/\\:*?"<>|\n\r\0'))
        self.assertGreater(len(found), len(extension) + 1)
        self.assertFalse(found.startswith("."))
        self.assertEqual(papers.file_name(found, extension), found)

    @given(st.binary(max_size=300))
    def test_any_bytes_are_taken_or_refused(self, raw):
        try:
            papers.clean("x", raw)
        except papers.PaperError as error:
            self.assertTrue(error.code)
