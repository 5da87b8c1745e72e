"""What has to come from the machine's own package system, and how to ask."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from . import layout
from .ui import Phase, Problem, run, say

NEEDED_BYTES = 3 * 1024**3

BY_HAND = """\
This system has no apt, so ./shequ cannot install {missing} by itself.
Install by hand and run the same command again:
  - Python 3.10 or newer with the venv module
  - PostgreSQL 13 or newer (initdb and pg_ctl on the PATH), or set PGHOST to a server
  - Odoo 19, with ODOO_HOME set to its folder:
      git clone --depth 1 -b 19.0 https://github.com/odoo/odoo
  - for PDF: wkhtmltopdf 0.12.6 and a Chinese font (Noto Sans CJK)
  - for ./shequ test: Chromium"""


def check_disk(folder=None, needed=NEEDED_BYTES):
    """Raise a Problem when a first start would fill the disk."""
    folder = folder or layout.LOCAL
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Problem(
            f"The disk is full: {folder} has {free / 1024**3:.1f} GB free and a first "
            f"start needs {needed / 1024**3:.0f} GB. Free some space, or set "
            "SHEQU_LOCAL to a folder on a larger disk."
        )


def port_free(host, port):
    """Tell whether a server could listen on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def has_fonts():
    """Tell whether a font with Chinese characters is installed."""
    if shutil.which("fc-list"):
        out = subprocess.run(
            ["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False
        )
        return bool(out.stdout.strip())
    return Path("/usr/share/fonts/opentype/noto").is_dir()


def chromium():
    """Return Chromium's path, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        path = shutil.which(name)
        if path:
            return path
    return None


def _has_ensurepip():
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


def missing_packages(database=True, tests=False):
    """Return (must, nice): Debian package names that are not there yet."""
    from . import postgres

    must, nice = [], []
    if database and not os.environ.get("PGHOST") and not postgres.binaries():
        must.append("postgresql")
    elif database and not shutil.which("psql"):
        must.append("postgresql-client")
    if not _has_ensurepip() and not layout.PYTHON.exists():
        must.append("python3-venv")
    if database and not shutil.which("wkhtmltopdf"):
        nice.append("wkhtmltopdf")
    if database and not has_fonts():
        nice.append("fonts-noto-cjk")
    if tests and not chromium():
        nice.append("chromium")
    return must, nice


def _tried():
    """The file that names what could not be had, so that it is tried once."""
    return layout.LOCAL / "without"


def _root_prefix():
    """Return how to become root without being asked, or None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(
            ["sudo", "-n", "true"], capture_output=True, check=False
        ).returncode
        if asked == 0:
            return ["sudo", "-n"]
    return None


def _apt_install(prefix, packages, phase):
    env_words = ["env", "DEBIAN_FRONTEND=noninteractive"]
    log = layout.LOGS / "apt.log"
    options = ["-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
    command = [*prefix, *env_words, "apt-get", "install", *options, *packages]
    try:
        run(command, phase, log)
    except Problem:
        # The machine's package lists may be old or empty: refresh them once.
        run([*prefix, *env_words, "apt-get", "update"], phase, log)
        run(command, phase, log)


def _remember(packages):
    layout.LOCAL.mkdir(parents=True, exist_ok=True)
    with open(_tried(), "a") as handle:
        handle.write("\n".join(packages) + "\n")


def ensure_packages(database=True, tests=False):
    """Install what is missing with apt, or say the exact command to type."""
    must, nice = missing_packages(database, tests)
    tried = _tried().read_text().split() if _tried().is_file() else []
    nice = [package for package in nice if package not in tried]
    wanted = must + nice
    if not wanted:
        return
    if not shutil.which("apt-get"):
        if must:
            raise Problem(BY_HAND.format(missing=", ".join(must)))
        say(f"  ! not installed: {', '.join(nice)} (see README, Requirements)")
        _remember(nice)
        return
    prefix = _root_prefix()
    typed = "sudo apt-get install -y --no-install-recommends " + " ".join(wanted)
    if prefix is None:
        if must:
            raise Problem(
                f"Packages of the system are missing. Type this once, then run the "
                f"same command again:\n\n    {typed}"
            )
        say(f"  ! not installed: {', '.join(nice)}. To get them: {typed}")
        _remember(nice)
        return
    with Phase(f"System packages: {' '.join(wanted)}") as phase:
        if must:
            _apt_install(prefix, must, phase)
        for package in nice:
            try:
                _apt_install(prefix, [package], phase)
            except Problem as problem:
                # wkhtmltopdf has left newer releases: printing then says so.
                say(f"\n  ! {package} cannot be installed: {str(problem)[:200]}")
                if "locate package" in str(problem) or "candidate" in str(problem):
                    _remember([package])
