"""The virtual environment with the pinned requirements and the Odoo tree."""

import hashlib
import shutil
import subprocess
import sys

from . import layout
from .ui import Phase, run


def _wanted(dev):
    names = ["requirements.txt"] + (["requirements-dev.txt"] if dev else [])
    return [layout.ROOT / name for name in names]


def _mark(path):
    return layout.VENV / f".installed-{path.stem}"


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_installed(path):
    mark = _mark(path)
    return mark.is_file() and mark.read_text() == _digest(path)


def _works():
    """Tell whether the environment's Python still starts (it may be half made)."""
    if not layout.PYTHON.exists():
        return False
    command = [str(layout.PYTHON), "-c", "import pip"]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0


def ready(dev=False):
    """Tell whether nothing has to be installed."""
    return layout.PYTHON.exists() and all(map(_is_installed, _wanted(dev)))


def ensure(dev=False):
    """Make or complete the environment; a killed installation is taken up."""
    if not ready(dev):
        log = layout.LOGS / "pip.log"
        if not _works():
            with Phase("Python environment"):
                shutil.rmtree(layout.VENV, ignore_errors=True)
                run([sys.executable, "-m", "venv", layout.VENV], log=log)
        for path in _wanted(dev):
            if not _is_installed(path):
                with Phase(f"Python packages of {path.name}") as phase:
                    _install(path, phase, log)
    _link_odoo()


def _install(path, phase, log):
    command = [layout.PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps", "-r", path]
    begun = layout.VENV / f".installing-{path.stem}"
    if begun.exists():
        # Killed in the middle: a package may be there by halves.
        command.append("--force-reinstall")
    begun.touch()
    run(command, phase, log)
    _mark(path).write_text(_digest(path))
    begun.unlink()


def _link_odoo():
    """Make `import odoo` find the tree; written anew when ODOO_HOME changes."""
    for site in (layout.VENV / "lib").glob("python3*/site-packages"):
        link = site / "odoo-tree.pth"
        line = f"{layout.odoo_site().resolve()}\n"
        if not link.is_file() or link.read_text() != line:
            temporary = link.with_suffix(".part")
            temporary.write_text(line)
            temporary.replace(link)
