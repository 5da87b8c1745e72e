"""Files that are published beside what was written: a signed contract, a report.

What goes in is untrusted bytes; what comes out is the picture or the document and
nothing about the device, the place or the person it came from:

- a picture is decoded and written anew (``tools/media.py``), large enough to read a
  scanned page;
- a PDF loses its properties, its XMP, scripts and files it carries, and the place in
  the photos inside it.  One with an electronic seal stays byte for byte as it is: any
  change would break the seal;
- an OFD (GB/T 33190), which is how public bodies issue documents, stays as it is.

No program reads what a scan shows, so a person has to look at it before it is open.
"""

import hashlib
import io
import re
import zipfile
from typing import NamedTuple

from . import media

MIB = 1024 * 1024
#: Longest side of a picture in pixels: A4 at more than 300 dots an inch.
MAX_SIDE = 3600
MAX_NAME = 100
EXTENSIONS = {
    "application/pdf": "pdf",
    "application/ofd": "ofd",
    "image/jpeg": "jpg",
}
_SEAL = re.compile(rb"/ByteRange\s*\[")
# What telephones write into a picture, as it stands in a PDF: marker, length, name.
_PHOTO_NOTES = re.compile(rb"\xff\xe1(..)(?:Exif\0\0|http://ns\.adobe\.com/)", re.S)
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]+")


class PaperError(media.MediaError):
    """A file that cannot be published.

    ``code``: one of those of :class:`media.MediaError`, or ``unknown`` (neither PDF,
    OFD nor picture), ``locked`` (a PDF with a password)
    """


class Paper(NamedTuple):
    """A file fit to publish."""

    name: str
    raw: bytes
    mimetype: str

    @property
    def sha256(self):
        return hashlib.sha256(self.raw).hexdigest()


def clean(name, raw, max_bytes=20 * MIB):
    """Return ``raw`` as it may be published.

    :param str name: as the sender called it
    :param bytes raw: a PDF, an OFD or a picture
    :rtype: Paper
    :raises PaperError: when it is none of these, broken, locked or too large
    """
    if not raw:
        raise PaperError("empty")
    if len(raw) > max_bytes:
        raise PaperError(
            "too_large",
            size_mb=round(len(raw) / MIB, 1),
            limit_mb=round(max_bytes / MIB, 1),
        )
    if raw[:1024].find(b"%PDF-") >= 0:
        raw, mimetype = _clean_pdf(raw), "application/pdf"
    elif _is_ofd(raw):
        mimetype = "application/ofd"
    else:
        raw, mimetype = _clean_picture(raw, max_bytes)
    return Paper(file_name(name, EXTENSIONS[mimetype]), raw, mimetype)


def file_name(name, extension):
    """Return a name that is one on every system, with the extension it should have."""
    stem = _NOT_IN_NAMES.sub("_", name or "").strip(" ._")
    stem = re.sub(r"\.(?:pdf|ofd|jpe?g|png|webp|gif|bmp)$", "", stem, flags=re.I)
    return f"{stem[:MAX_NAME].strip(' ._') or 'file'}.{extension}"


def is_sealed(raw):
    """Whether a PDF carries an electronic signature or seal."""
    return bool(_SEAL.search(raw))


def _clean_picture(raw, max_bytes):
    try:
        photo = media.process_photo(raw, max_side=MAX_SIDE, max_bytes=max_bytes)
    except media.MediaError as error:
        code = "unknown" if error.code == "not_image" else error.code
        raise PaperError(code, **error.values) from error
    return photo.raw, photo.mimetype


def _is_ofd(raw):
    if not raw.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "OFD.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _clean_pdf(raw):
    # Slow to load, and only those who publish need it.
    from pypdf import PdfReader, PdfWriter

    if is_sealed(raw):
        return raw
    try:
        reader = PdfReader(io.BytesIO(raw))
        if reader.is_encrypted:
            raise PaperError("locked")
        writer = PdfWriter(clone_from=reader)
        if not len(writer.pages):
            raise PaperError("truncated")
        _strip(writer)
        out = io.BytesIO()
        writer.write(out)
        # Once more: what nothing points to any longer is left behind.
        writer = PdfWriter(clone_from=PdfReader(out))
        writer.metadata = None
        out = io.BytesIO()
        writer.write(out)
    except PaperError:
        raise
    except Exception as error:
        # Crafted files make the reader raise nearly anything.
        raise PaperError("truncated") from error
    return without_photo_notes(out.getvalue())


def _strip(writer):
    """Take out all that is not a page, in place."""
    writer.metadata = None
    root = writer.root_object
    for key in ("/Metadata", "/PieceInfo", "/OpenAction", "/AA", "/AF", "/Collection"):
        root.pop(key, None)
    names = root.get("/Names")
    names = names.get_object() if names is not None else {}
    for key in ("/EmbeddedFiles", "/JavaScript"):
        names.pop(key, None)
    for page in writer.pages:
        for key in ("/Metadata", "/PieceInfo", "/Thumb", "/AA", "/LastModified"):
            page.pop(key, None)
        _strip_notes(page)


def _strip_notes(page):
    """Notes name who wrote them; form fields and links stay."""
    notes = page.get("/Annots")
    for note in notes.get_object() if notes is not None else ():
        note = note.get_object()
        for key in ("/T", "/AA", "/FS"):
            if note.get("/Subtype") != "/Widget":
                note.pop(key, None)


def without_photo_notes(raw):
    """Return ``raw`` with EXIF and XMP of the JPEGs inside blotted out.

    Byte for byte, so that nothing moves and no offset of the document changes.
    """
    clean = bytearray(raw)
    for match in _PHOTO_NOTES.finditer(raw):
        start = match.end(1)
        end = match.start(1) + int.from_bytes(match[1], "big")
        if end <= len(clean):
            clean[start:end] = bytes(end - start)
    return bytes(clean)
