"""The archive of a vote: a ZIP file that holds everything needed to recount it.

- ``manifest.json``: format, number of the vote, head of the chain, number of events
- ``roll.jsonl``: a line of the roll each, names masked
- ``events.jsonl``: the chain, an event each
- ``ballots.jsonl``: the ballots, after the close
- ``README.txt`` and ``voting/``: how to check it, and the program that does
"""

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

FORMAT = 1
#: The program itself, which goes along with the data.
PROGRAM = ("__init__", "__main__", "archive", "chain", "count", "roll", "verify")
README = """\
这是一次业主表决的完整档案。任何人都可以自己复核:
  1. 解压本档案;  2. 安装 Python 3.10 或更新版本;  3. 在解压目录中运行
     python -m voting verify 本档案.zip
     python -m voting verify 本档案.zip --head 您记下的链头 --receipt 您的回执号
     python -m voting diff 较早的档案.zip 本档案.zip

The complete archive of a vote of owners. Anybody can check it: unpack it, and run
the commands above in the unpacked folder with Python 3.10 or newer.
"""
#: A file of an archive is not read beyond this.
LARGEST = 2_000_000_000
#: What reading a broken file may raise.
BROKEN = (
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class Archive(NamedTuple):
    """What is in an archive; ``ballots`` is ``None`` before the close."""

    manifest: dict
    roll: list
    events: list
    ballots: list | None


class BadArchive(Exception):
    """The file is no archive of a vote; the text says why."""


def write(archive, program=True):
    """Return an archive as bytes of a ZIP file.

    :param Archive archive: events as dicts, or as the text of their lines
    :param bool program: put the verifier in
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as target:
        target.writestr("manifest.json", _line(archive.manifest))
        target.writestr("roll.jsonl", _lines(archive.roll))
        target.writestr("events.jsonl", _lines(archive.events))
        if archive.ballots is not None:
            target.writestr("ballots.jsonl", _lines(archive.ballots))
        target.writestr("README.txt", README)
        if program:
            here = Path(__file__).parent
            for name in PROGRAM:
                text = (here / f"{name}.py").read_text("utf-8")
                target.writestr(f"voting/{name}.py", text)
    return stream.getvalue()


def read(source):
    """Read an archive.

    :param source: path, or bytes
    :raises BadArchive: when it is none
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with zipfile.ZipFile(stream) as opened:
            names = set(opened.namelist())
            if any(info.file_size > LARGEST for info in opened.infolist()):
                raise BadArchive("a file in the archive is too large")
            return Archive(
                json.loads(opened.read("manifest.json")),
                _parse(opened.read("roll.jsonl")),
                _parse(opened.read("events.jsonl")),
                _parse(opened.read("ballots.jsonl"))
                if "ballots.jsonl" in names
                else None,
            )
    except BROKEN as error:
        raise BadArchive(f"this is not the archive of a vote: {error}") from error


def _line(value):
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _lines(values):
    return "".join([f"{_line(value)}\n" for value in values])


def _parse(text):
    return [json.loads(line) for line in text.decode("utf-8").splitlines() if line]
