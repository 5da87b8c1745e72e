"""`./shequ test`: a fresh copy of the test template, then pytest."""

import os
import subprocess

from . import layout, standard
from .database import RUN_PREFIX

# A directory of tests on the command line replaces these.
DEFAULT_TESTS = ["addons/*/tests", "tests"]
# Options with which tests run one after the other, or as they say themselves.
ALONE = {"-n", "--numprocesses", "-k", "-m", "-x", "--pdb", "-s", "--collect-only"}


def names_tests(arguments):
    """Tell whether pytest's arguments say themselves which tests to run."""
    return any(
        not word.startswith("-") and (layout.ROOT / word.split("::")[0]).exists()
        for word in arguments
    )


def default_tests():
    found = []
    for pattern in DEFAULT_TESTS:
        found += sorted(
            str(p.relative_to(layout.ROOT)) for p in layout.ROOT.glob(pattern)
        )
    return found


def in_parallel(arguments):
    """Tell whether to share the tests among processes, each with its own database.

    Only of all tests: a few are sooner done than a second process is there.
    """
    asked = any(word.split("=")[0] in ALONE for word in arguments)
    return not asked and not names_tests(arguments) and (os.cpu_count() or 1) > 1


def command(database, arguments):
    """The pytest command line. Odoo's settings are in the environment."""
    words = [str(layout.PYTHON), "-m", "pytest", f"--odoo-config={layout.CONF}"]
    words += [f"--odoo-database={database}", "--odoo-http", "--odoo-log-level=error"]
    if in_parallel(arguments):
        # Two whatever the machine has: more are for those who ask with -n.
        words += ["--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]
    words += list(arguments)
    if not names_tests(arguments):
        words += default_tests()
    return words


def main(server, template, arguments):
    """Run pytest on a copy of the template; return its exit code."""
    database = f"{RUN_PREFIX}{os.getpid()}"
    for name in server.databases():
        # Left by runs that were killed; their process is gone.
        owner = name.rsplit("-", 1)[-1]
        if name.startswith(RUN_PREFIX) and not os.path.exists(f"/proc/{owner}"):
            server.drop(name)
    server.copy(template, database)
    env = layout.environment(
        (layout.TEST_ADDONS,),
        **server.env,
        SHEQU_TEST_TEMPLATE=template,
        SHEQU_OCDS_STANDARD=standard.ZIP,
        # Chromium reserves far more addresses than it uses, and would inherit these.
        ODOO_LIMIT_MEMORY_SOFT=0,
        ODOO_LIMIT_MEMORY_HARD=0,
    )
    try:
        process = subprocess.Popen(
            command(database, arguments), env=env, cwd=layout.ROOT
        )
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue  # pytest got it too, and ends with its summary
    finally:
        server.drop(database)
