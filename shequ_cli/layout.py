"""Where everything lies, and which environment the processes get."""

import ast
import base64
import contextlib
import hashlib
import os
import re
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Everything that is fetched or made; SHEQU_LOCAL moves it elsewhere.
LOCAL = Path(os.environ.get("SHEQU_LOCAL") or ROOT / ".local").absolute()
ADDONS = ROOT / "addons"
TEST_ADDONS = ROOT / "tests" / "addons"
CONF = ROOT / "odoo.conf"
DEBS = LOCAL / "debs"
ODOO = LOCAL / "odoo"
VENV = LOCAL / "venv"
PYTHON = VENV / "bin" / "python"
DATA = LOCAL / "data"
LOGS = LOCAL / "logs"
RUN = LOCAL / "run"

# What a database of `./shequ run` consists of.
MODULES = ["shequ_property", "l10n_cn"]
# The same files that click-odoo-update leaves out when it compares addons.
NOT_IN_HASH = ["*.pyc", "*.pyo", "i18n/*.pot", "static/*", "tests/*", "readme/*"]


def odoo_site():
    """The folder that has to be importable: the one `odoo/release.py` lies in."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return Path(home).expanduser().absolute()
    return ODOO / "usr" / "lib" / "python3" / "dist-packages"


def read_manifest(addon):
    """Read an addon's manifest as data, without running it."""
    text = (Path(addon) / "__manifest__.py").read_text(encoding="utf-8")
    return ast.literal_eval(text)


def addon_dirs(*paths):
    """List the installable addons below the given addons paths."""
    found = []
    for path in paths or (ADDONS,):
        if path.is_dir():
            found += [
                child
                for child in sorted(path.iterdir())
                if (child / "__manifest__.py").is_file()
                and read_manifest(child).get("installable", True)
            ]
    return found


def core_depends(addons):
    """Name what the addons stand on and do not bring themselves."""
    own = {addon.name for addon in addons}
    wanted = {"l10n_cn"}
    for addon in addons:
        wanted.update(read_manifest(addon).get("depends", []))
    return sorted(wanted - own)


def _hashed_files(folder):
    for directory, names, files in os.walk(folder):
        names.sort()
        if "__pycache__" in names:
            names.remove("__pycache__")
        for name in sorted(files):
            path = Path(directory) / name
            relative = path.relative_to(folder).as_posix()
            if not any(fnmatch(relative, pattern) for pattern in NOT_IN_HASH):
                yield relative, path


def addons_hash(addons):
    """Hash what decides how a database looks after installing the addons."""
    digest = hashlib.sha256()
    for addon in addons:
        digest.update(f"[{addon.name}]".encode())
        for relative, path in _hashed_files(addon):
            digest.update(relative.encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def odoo_version(site=None):
    """Return Odoo's version_info of a tree as a tuple, (19, 0) for 19.0."""
    release = (site or odoo_site()) / "odoo" / "release.py"
    match = re.search(
        r"^version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text("utf-8"), re.M
    )
    return (int(match[1]), int(match[2])) if match else (0, 0)


def version_key(version):
    """Order versions such as 19.0.1.10.0; anything not a number counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


def data_key():
    """The key that seals identity numbers on this machine: made once, and kept.

    Without it the numbers in the databases of this folder cannot be read again.
    Production gets its own by the environment variable SHEQU_DATA_KEY.
    """
    path = LOCAL / "data.key"
    if not path.is_file():
        LOCAL.mkdir(parents=True, exist_ok=True)
        key = base64.urlsafe_b64encode(os.urandom(32)).decode()
        # Written whole before it gets its name, and never over another one's.
        draft = path.with_name(f"data.key.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(key + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def environment(extra_addons=(), **more):
    """The environment of every process that imports Odoo.

    Odoo 19 and click-odoo read their settings from it, so that `odoo.conf`
    needs no path of this machine.
    """
    env = {
        key: value
        for key, value in os.environ.items()
        if key == "ODOO_HOME"
        or not (key.startswith("ODOO_") or key in ("PGDATABASE", "OPENERP_SERVER"))
    }
    env.update(
        ODOO_RC=str(CONF),
        ODOO_ADDONS_PATH=",".join(map(str, [ADDONS, *extra_addons])),
        ODOO_DATA_DIR=str(DATA),
        PYTHONPATH=str(ROOT),
        PYTHONUNBUFFERED="1",
        PYTHONWARNINGS="ignore",
        SHEQU_LOCAL=str(LOCAL),
        SHEQU_DATA_KEY=os.environ.get("SHEQU_DATA_KEY") or data_key(),
        PATH=os.pathsep.join([str(PYTHON.parent), env.get("PATH", os.defpath)]),
    )
    env.update({key: str(value) for key, value in more.items()})
    return env


def check_tree():
    """Stop early when the folder is not whole."""
    if not CONF.is_file() or not ADDONS.is_dir():
        sys.exit(f"{ROOT} is not a whole copy of the project: odoo.conf is missing.")
