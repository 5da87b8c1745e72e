"""The schemas of the Open Contracting Data Standard, for the validator in the tests.

`libcoveocds` wants the standard's repository as a zip file and fetches it from GitHub.
The same schemas (1.1.5) lie in source archives on the Python index, so they come from
where everything else comes from, pinned by hash in requirements-ocds.txt.  Nothing of
them is kept in the repository.

Codelists are in none of the archives.  The closed ones stand in the schema itself as
`enum`; they are written out from there.  Open ones may hold any code.
"""

import hashlib
import json
import tarfile
import zipfile
from pathlib import Path

from . import layout
from .ui import Phase, run

PINS = layout.ROOT / "requirements-ocds.txt"
FOLDER = layout.LOCAL / "ocds"
ZIP = FOLDER / "standard.zip"
TAG = "1__1__5"
BASE = f"https://standard.open-contracting.org/schema/{TAG}/"
# File of the standard: archive, path in it.
FIXTURES = "tests/fixtures"
PLACES = {
    "release-schema.json": (
        "ocdsextensionregistry",
        f"{FIXTURES}/release-schema.json",
    ),
    "versioned-release-validation-schema.json": (
        "ocdsextensionregistry",
        f"{FIXTURES}/versioned-release-validation-schema.json",
    ),
    "release-package-schema.json": (
        "ocdskit",
        f"{FIXTURES}/release-package-schema.json",
    ),
    "record-package-schema.json": (
        "ocdskit",
        f"{FIXTURES}/a/record-package-schema-dereferenced.json",
    ),
}


def _digest():
    return hashlib.sha256(PINS.read_bytes() + Path(__file__).read_bytes()).hexdigest()


def _mark():
    return FOLDER / ".made"


def ready():
    return ZIP.is_file() and _mark().is_file() and _mark().read_text() == _digest()


def ensure():
    """Make the zip file; return its path."""
    if not ready():
        with Phase("Open Contracting standard: schemas") as phase:
            _fetch(phase)
            _make()
        _mark().write_text(_digest())
    return ZIP


def _fetch(phase):
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = [layout.PYTHON, "-m", "pip", "download", "--disable-pip-version-check"]
    command += ["--no-binary", ":all:", "--no-deps", "--no-build-isolation"]
    command += ["--require-hashes", "-r", PINS, "-d", FOLDER]
    run(command, phase, layout.LOGS / "pip.log")


def _make():
    schemas = {name: _read(*place) for name, place in PLACES.items()}
    for name, schema in schemas.items():
        if name == "record-package-schema.json":
            _refer(schema)
        if schema["id"] != BASE + name:
            raise ValueError(f"{name} is {schema['id']}, not of {TAG}")
    temporary = ZIP.with_suffix(".part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        top = f"standard-{TAG}/"
        archive.writestr(top, "")
        for name, schema in schemas.items():
            archive.writestr(f"{top}schema/{name}", json.dumps(schema))
        for name, codes in _codelists(schemas["release-schema.json"]).items():
            text = "\n".join(["Code", *codes])
            archive.writestr(f"{top}schema/codelists/{name}", text)
    temporary.replace(ZIP)


def _read(package, path):
    archives = FOLDER.glob(f"{package}-*.tar.gz")
    archives = sorted(archives, key=lambda path: path.stat().st_mtime)
    with tarfile.open(archives[-1]) as archive:
        top = archive.getnames()[0].split("/")[0]
        return json.load(archive.extractfile(f"{top}/{path}"))


def _refer(package):
    """Undo what the archive did to the schema of record packages: it put whole
    schemas where the standard refers to them.

    Versioned releases, of which nothing is published here, may be any object: the
    validator would fetch their schema from the network whatever it is given.
    """
    record = package["properties"]["records"]["items"]
    fields = record["properties"]
    fields["releases"]["oneOf"][1]["items"] = {"$ref": f"{BASE}release-schema.json"}
    fields["compiledRelease"] = {"$ref": f"{BASE}release-schema.json"}
    fields["versionedRelease"] = {"type": "object"}
    package["definitions"] = {"record": record}
    package["properties"]["records"]["items"] = {"$ref": "#/definitions/record"}


def _codelists(value, found=None):
    """Return {file name: codes} of the codelists whose codes stand in a schema."""
    found = {} if found is None else found
    if isinstance(value, dict):
        codes = value.get("enum") or (value.get("items") or {}).get("enum")
        if value.get("codelist") and codes and not value.get("openCodelist"):
            known = found.setdefault(value["codelist"], [])
            known += [code for code in codes if code and code not in known]
        for inner in value.values():
            _codelists(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _codelists(inner, found)
    return found
