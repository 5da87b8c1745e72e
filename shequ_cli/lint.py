"""`./shequ lint`: ruff, pylint-odoo, and what neither of them looks at."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from . import layout
from .ui import Phase, say

PYTHON_PATHS = [
    "shequ",
    "shequ_cli",
    "addons",
    "tests",
    "bench",
    "conftest.py",
]
VERSION = re.compile(r"19\.0\.\d+\.\d+\.\d+")
XML_GLOBS = ["addons/**/*.xml", "tests/**/*.xml"]
# Data files live in these folders, and each has to be named in the manifest.
DATA_FOLDERS = ["data", "report", "security", "views", "wizards"]


def main(fix=False):
    """Run all checks; return the number of those that failed, 0 when clean."""
    paths = [path for path in PYTHON_PATHS if (layout.ROOT / path).exists()]
    addons = [str(addon) for addon in layout.addon_dirs(layout.ADDONS)]
    ruff = [str(layout.VENV / "bin" / "ruff")]
    format_words = ["format", *([] if fix else ["--check"])]
    pylint = [str(layout.PYTHON), "-m", "pylint", "--rcfile=pyproject.toml"]
    # A model that is told in several files, one for each topic, is what we want; in
    # the file the group that is enabled would win over the message disabled.
    pylint.append("--disable=consider-merging-classes-inherited")
    checks = [
        ("ruff check", [*ruff, "check", *(["--fix"] if fix else []), *paths]),
        ("ruff format", [*ruff, *format_words, *paths]),
        ("pylint-odoo", [*pylint, *addons]),
        ("XML", [sys.executable, "-m", "shequ_cli.lint", "xml"]),
        ("manifests", [sys.executable, "-m", "shequ_cli.lint", "manifests"]),
        # polib is in the virtual environment
        ("translations", [str(layout.PYTHON), "-m", "shequ_cli.lint", "po"]),
    ]
    failed = [title for title, command in checks if not _passes(title, command)]
    say(
        f"\n{len(failed)} of {len(checks)} checks failed: {', '.join(failed)}"
        if failed
        else f"\nAll {len(checks)} checks passed."
    )
    return len(failed)


def _passes(title, command):
    # What must never happen is that a check is red and its reason is not shown.
    try:
        with Phase(title):
            done = subprocess.run(
                command,
                cwd=layout.ROOT,
                env={**os.environ, "PYTHONPATH": str(layout.ROOT)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(done.stdout)
    except RuntimeError as error:
        say(str(error).rstrip())
        return False
    return True


def xml_faults(paths):
    """List the files that are not well-formed XML, or hold an id twice."""
    faults = []
    for path in paths:
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            faults.append(f"{path}: {error}")
            continue
        seen = set()
        for node in root.iter():
            if node.tag in ("record", "template", "menuitem") and node.get("id"):
                if node.get("id") in seen:
                    faults.append(f"{path}: the id {node.get('id')} is given twice")
                seen.add(node.get("id"))
    return faults


def manifest_faults(addon):
    """List what is wrong with an addon's manifest."""
    manifest = layout.read_manifest(addon)
    faults = []
    if not VERSION.fullmatch(manifest.get("version", "")):
        faults.append(f"version {manifest.get('version')} is not 19.0.x.y.z")
    for key in ("name", "summary", "author", "license", "depends"):
        if not manifest.get(key):
            faults.append(f"{key} is missing")
    listed = [*manifest.get("data", []), *manifest.get("demo", [])]
    for name in listed:
        if not (addon / name).is_file():
            faults.append(f"data file {name} does not exist")
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        faults.append(f"data file {name} is listed twice")
    for folder in DATA_FOLDERS:
        for path in sorted((addon / folder).rglob("*")):
            name = path.relative_to(addon).as_posix()
            if path.suffix in (".xml", ".csv") and name not in listed:
                text = path.read_text("utf-8")
                # What Python reads by itself is no data file of the manifest.
                if path.suffix == ".xml" or text.startswith(("id,", '"id",')):
                    faults.append(f"{name} is in no list of the manifest")
    for name in ("static/description/icon.png", "static/description/index.html"):
        if addon.parent == layout.ADDONS and not (addon / name).is_file():
            faults.append(f"{name} is missing")
    return [f"{addon.name}: {fault}" for fault in faults]


def po_faults(path):
    """List what is missing, fuzzy or damaged in a translation file."""
    import polib

    faults = []
    for entry in polib.pofile(str(path)):
        if entry.obsolete:
            continue
        where = f"{path.name}: {entry.msgid[:60]!r}"
        if "fuzzy" in entry.flags:
            faults.append(f"{where} is fuzzy")
        elif not entry.translated():
            faults.append(f"{where} is not translated")
        elif placeholders(entry.msgid) != placeholders(entry.msgstr):
            faults.append(f"{where}: the placeholders differ in {entry.msgstr!r}")
    return faults


def placeholders(text):
    """Collect %(name)s, %s, {{ expression }} and ${expression} of a text."""
    # ASCII: a Chinese character that follows %s is no letter of it
    pattern = r"%\([^)]+\)[sdf]|%[sdif]\b|\{\{.*?\}\}|\$\{.*?\}"
    found = re.findall(pattern, text, re.ASCII)
    return sorted(found)


def _run_check(name):
    if name == "xml":
        paths = [path for glob in XML_GLOBS for path in layout.ROOT.glob(glob)]
        return xml_faults(sorted(paths))
    addons = layout.addon_dirs(layout.ADDONS, layout.TEST_ADDONS)
    if name == "manifests":
        return [fault for addon in addons for fault in manifest_faults(addon)]
    faults = []
    for addon in layout.addon_dirs(layout.ADDONS):
        path = addon / "i18n" / "zh_CN.po"
        faults += po_faults(path) if path.is_file() else [f"{path} is missing"]
    return faults


if __name__ == "__main__":
    found = _run_check(sys.argv[1])
    print("\n".join(found))
    sys.exit(bool(found))
