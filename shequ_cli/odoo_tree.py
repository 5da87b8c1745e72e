"""Odoo 19: the tree named by ODOO_HOME, or Debian's package in a folder of ours.

Odoo is on no Python index. Debian's unstable suite has it as one package that
runs from a folder without being installed, so the machine's own packages and
package lists stay as they are.
"""

import os
import shutil
import subprocess

from . import layout
from .ui import Phase, Problem, run

SUITE = "sid"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# odoo-19 and what its static files link to.
PACKAGES = [
    "odoo-19",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
# Odoo's icons are the files of 4.7; the unstable suite has moved on to 7.
ICONS = "fonts-font-awesome"
ICONS_VERSION = "4.7"

LEFT_OUT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"

ELSEWHERE = (
    "Get Odoo 19 yourself and name its folder:\n"
    "    git clone --depth 1 -b 19.0 https://github.com/odoo/odoo ~/odoo19\n"
    "    ODOO_HOME=~/odoo19 ./shequ run"
)


def ensure():
    """Make sure there is an Odoo 19 tree, and return its version."""
    site = layout.odoo_site()
    if os.environ.get("ODOO_HOME"):
        if not (site / "odoo" / "release.py").is_file():
            raise Problem(
                f"ODOO_HOME is {site}, but there is no odoo/release.py in it. It has "
                "to be the folder of an Odoo 19 checkout (the one with odoo-bin), or "
                "the folder that contains the package `odoo`."
            )
    else:
        if not (site / "odoo" / "release.py").is_file():
            fetch()
        _stand_in(site)
    version = layout.odoo_version(site)
    if version != (19, 0):
        raise Problem(
            f"{site} is Odoo {version[0]}.{version[1]}, and shequ is for Odoo 19.0. "
            "Set ODOO_HOME to an Odoo 19 tree, or leave it unset."
        )
    return version


def fetch():
    """Download and unpack Debian's package; an interrupted fetch is taken up."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise Problem(f"Without apt, Odoo cannot be fetched here. {ELSEWHERE}")
    if not layout.DEBS.is_dir():
        with Phase("Odoo 19: download (130 MB)") as phase:
            _download(phase)
    with Phase("Odoo 19: unpack") as phase:
        _unpack(phase)


def _stand_in(site):
    """Put an empty script in place of the one that Debian leaves out.

    Without it each page of the back office begins with an error in the browser's
    console and in the log.  What is missing is the blurred background of video calls.
    """
    script = site / LEFT_OUT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("// Left out by Debian.\n", "utf-8")


def _apt(sources, name):
    """Return apt-get with a private state, so that no list of ours leaks out."""
    state = layout.LOCAL / "apt" / name
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    options = [
        f"Dir::State={state}",
        f"Dir::State::lists={state}/lists",
        f"Dir::Cache={state}/cache",
        # Without root, apt has no sandbox user to become.
        "APT::Sandbox::User=root",
        "Acquire::Languages=none",
        "Acquire::Retries=3",
    ]
    if sources:
        options += [
            f"Dir::Etc::sourcelist={sources}",
            "Dir::Etc::sourceparts=/dev/null",
        ]
    command = ["apt-get", "-q"]
    for option in options:
        command += ["-o", option]
    return command


def parse_targets(text):
    """Pick the Debian archive out of `apt-get indextargets`: (uri, release)."""
    pairs = [line.split("|") for line in text.splitlines() if line.count("|") == 1]
    archive = [
        (uri, release)
        for uri, release in pairs
        if "security" not in uri and not release.endswith(("-updates", "-backports"))
    ]
    return archive[0] if archive else None


def mirror():
    """Return the address of the Debian archive this machine is set to use."""
    if os.environ.get("SHEQU_DEBIAN_MIRROR"):
        return os.environ["SHEQU_DEBIAN_MIRROR"]
    out = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI)|$(RELEASE)",
            "Created-By: Packages",
            "Origin: Debian",
        ],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = parse_targets(out)
    if not found:
        # Lists never fetched, or another distribution: ask without the origin.
        own = _apt(None, "machine")
        run([*own, "update"], log=layout.LOGS / "apt.log")
        out = run(
            [
                *own,
                "indextargets",
                "--format",
                "$(REPO_URI)|$(RELEASE)",
                "Created-By: Packages",
                "Origin: Debian",
            ]
        )
        found = parse_targets(out)
    if not found:
        raise Problem(
            "This machine's apt knows no Debian archive, and Odoo 19 is fetched from "
            "there. Set SHEQU_DEBIAN_MIRROR to the address of one (with the package "
            f"debian-archive-keyring installed). Or: {ELSEWHERE}"
        )
    return found[0]


def _download(phase):
    log = layout.LOGS / "odoo-download.log"
    if not os.path.exists(KEYRING):
        raise Problem(
            "The package debian-archive-keyring is missing; with it Odoo's package "
            f"is verified: sudo apt-get install debian-archive-keyring. Or: {ELSEWHERE}"
        )
    sources = layout.LOCAL / "apt" / "sources.list"
    sources.parent.mkdir(parents=True, exist_ok=True)
    sources.write_text(f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
    part = layout.DEBS.with_name("debs.part")
    part.mkdir(parents=True, exist_ok=True)
    # The icons come from the machine's own suite, the rest from unstable.
    own = _apt(None, "machine")
    phase.update("package lists")
    run([*own, "update"], phase, log)
    run([*own, "download", ICONS], phase, log, cwd=part)
    if not any(ICONS_VERSION in path.name for path in part.glob(f"{ICONS}_*")):
        raise Problem(
            f"This release's {ICONS} is not {ICONS_VERSION}, which Odoo 19 needs. "
            + ELSEWHERE
        )
    unstable = _apt(sources, SUITE)
    run([*unstable, "update"], phase, log)
    phase.update("packages")
    # apt checks every package against the signed lists.
    run([*unstable, "download", *PACKAGES], phase, log, cwd=part)
    part.rename(layout.DEBS)


def _unpack(phase):
    part = layout.ODOO.with_name("odoo.part")
    shutil.rmtree(part, ignore_errors=True)
    packages = sorted(layout.DEBS.glob("*.deb"))
    if not any(path.name.startswith("odoo-19_") for path in packages):
        shutil.rmtree(layout.DEBS)
        raise Problem(f"{layout.DEBS} was not whole and is cleared: run it again.")
    for package in packages:
        phase.update(package.name)
        try:
            run(["dpkg", "-x", package, part], phase, layout.LOGS / "odoo-unpack.log")
        except Problem:
            # Damaged: the next run fetches it anew.
            package.unlink()
            layout.DEBS.rename(layout.DEBS.with_name("debs.part"))
            raise
    shutil.rmtree(layout.ODOO, ignore_errors=True)
    part.rename(layout.ODOO)


def fingerprint():
    """Name this very Odoo: templates made with another one are not reused."""
    site = layout.odoo_site()
    if os.environ.get("ODOO_HOME"):
        head = subprocess.run(
            ["git", "-C", str(site), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            check=False,
        )
        if head.returncode == 0:
            return head.stdout.strip()
    names = sorted(path.name for path in layout.DEBS.glob("odoo-19_*.deb"))
    return " ".join(names) + (site / "odoo" / "release.py").read_text("utf-8")
