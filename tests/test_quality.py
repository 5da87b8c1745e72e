"""Odoo's own checks on our addons, and whole translations."""

import re
import subprocess

import pytest

from shequ_cli import layout, lint

from .processes import error_lines, free_port, run_odoo

ADDONS = layout.addon_dirs(layout.ADDONS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

# Odoo's summary, such as "0 failed, 0 error(s) of 12 tests when loading database"
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def run_odoo_tests(pg, name, tags, *options):
    """Run tests that come with Odoo; all have to pass, and some have to run."""
    code, output = run_odoo(
        pg,
        "server",
        f"--database={name}",
        f"--http-port={free_port()}",
        f"--test-tags={tags}",
        "--stop-after-init",
        "--log-level=info",
        *options,
    )
    errors = "\n".join(error_lines(output))
    found = SUMMARY.findall(output)
    assert code == 0 and not errors, errors or output[-3000:]
    assert found, f"no summary in the log:\n{output[-3000:]}"
    assert sum(int(tests) for _failed, _errors, tests in found) > 0
    return output


def test_odoo_lint(pg, new_database):
    # Indexes: test_indexes.py of the addon looks at those that are really there.
    tags = "/test_lint,-/test_lint:TestPyLint,-/test_lint:TestIndex"
    run_odoo_tests(pg, new_database(), tags, "-i", "test_lint")


def test_views_and_fields(pg, new_database):
    tags = (
        "migration/base:TestAllViews,render_all_views,/base:TestInvisibleField,"
        "/base:TestOverrides,/base:TestReports"
    )
    run_odoo_tests(pg, new_database(), tags)


def test_no_code_of_older_versions(pg):
    code, output = run_odoo(
        pg,
        "upgrade_code",
        f"--addons-path={layout.ADDONS}",
        "--from=17.0",
        "--to=19.0",
        # The folders in addons/, not those that Odoo brings.
        "--glob=shequ_*/**/*",
        "--dry-run",
    )
    # It says 1 when it would change something, as it would in Odoo's own addons.
    assert code in (0, 1) and "Traceback" not in output, output[-3000:]
    assert not [line for line in output.splitlines() if str(layout.ADDONS) in line]


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_translation_is_complete(pg, odoo, new_database, tmp_path, addon):
    import polib

    fresh = tmp_path / f"{addon.name}.pot"
    odoo("i18n", "export", "-d", new_database(), "-o", fresh, addon.name)
    path = addon / "i18n" / "zh_CN.po"
    assert path.is_file(), f"{path} is missing"
    translated = {
        (entry.msgctxt, entry.msgid)
        for entry in polib.pofile(str(path))
        if entry.translated() and not entry.obsolete and "fuzzy" not in entry.flags
    }
    wanted = {(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(fresh))}
    assert len(wanted) > 10
    missing = sorted(msgid for _ctx, msgid in wanted - translated)
    assert not missing, f"{len(missing)} texts without Chinese:\n" + "\n".join(missing)
    assert not lint.po_faults(path)


@pytest.mark.parametrize("addon", ADDONS, ids=lambda addon: addon.name)
def test_manifest(addon):
    assert not lint.manifest_faults(addon)


def test_conf_leaves_the_database_manager_closed(live_server):
    server = live_server()
    assert server.get("/web/database/manager") is not None
    call = subprocess.run(
        [
            str(layout.PYTHON),
            "-c",
            "import sys, xmlrpc.client as x;"
            "x.ServerProxy(sys.argv[1] + '/xmlrpc/2/db').list()",
            server.url("").rstrip("/"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "AccessDenied" in call.stderr or "Access Denied" in call.stderr
