"""Each addon installs alone, leaves nothing behind, comes back and upgrades."""

import ast
import io
import subprocess
import tarfile

import pytest

from shequ_cli import database, layout

ADDONS = layout.addon_dirs(layout.ADDONS)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def names(pg, name, query):
    return set(pg.sql(query, name).splitlines())


def tables(pg, name):
    """What PostgreSQL holds: each table's columns, by their names."""
    return names(
        pg,
        name,
        "SELECT table_name || '.' || column_name FROM information_schema.columns "
        "WHERE table_schema = 'public'",
    )


def constraints(pg, name):
    return names(
        pg,
        name,
        "SELECT conname FROM pg_constraint UNION SELECT indexname "
        "FROM pg_indexes WHERE schemaname = 'public'",
    )


def fields(pg, name):
    """What Odoo believes: each model's fields with what they are."""
    return names(
        pg,
        name,
        "SELECT concat_ws('.', model, name, ttype, relation, store, required) "
        "FROM ir_model_fields WHERE NOT model LIKE 'x\\_%'",
    )


def records_of(pg, name, addon):
    query = f"SELECT model || ',' || name FROM ir_model_data WHERE module = '{addon}'"
    return names(pg, name, query)


def state(pg, name, addon):
    query = f"SELECT state FROM ir_module_module WHERE name = '{addon}'"
    return pg.sql(query, name)


@pytest.fixture(scope="module")
def base(pg):
    """The template with what our addons stand on, and none of ours."""
    name = database.base_name()
    assert name in pg.databases(), "made by ./shequ test"
    return name


@pytest.mark.parametrize("addon", [addon.name for addon in ADDONS])
def test_install_uninstall_reinstall(pg, odoo, new_database, base, addon):
    name = new_database(base)
    before = tables(pg, name), constraints(pg, name), fields(pg, name)

    odoo("module", "install", "-d", name, addon)
    assert state(pg, name, addon) == "installed"
    installed = tables(pg, name)
    records = records_of(pg, name, addon)
    assert installed > before[0]
    assert records

    odoo("module", "uninstall", "-d", name, addon)
    assert state(pg, name, addon) == "uninstalled"
    assert not records_of(pg, name, addon)
    after = tables(pg, name), constraints(pg, name), fields(pg, name)
    for left, there in zip(after, before, strict=True):
        assert left == there
    orphans = "SELECT model FROM ir_model WHERE model LIKE 'shequ.%'"
    assert not names(pg, name, orphans)

    odoo("module", "install", "-d", name, addon)
    assert state(pg, name, addon) == "installed"
    assert tables(pg, name) == installed
    assert records_of(pg, name, addon) == records


def git(*words):
    done = subprocess.run(
        ["git", "-C", str(layout.ROOT), *words], capture_output=True, check=False
    )
    return done.stdout if done.returncode == 0 else b""


def version_at(revision, addon):
    text = git("show", f"{revision}:addons/{addon}/__manifest__.py").decode()
    return ast.literal_eval(text)["version"] if text else None


def previous_revision(addon):
    """Name the newest revision with another version of the addon, or HEAD.

    A release's tag comes first; without one, the last commit before the version
    in the manifest was raised. The first version ever is upgraded from itself.
    """
    current = layout.read_manifest(layout.ADDONS / addon)["version"]
    tags = git("tag", "--merged", "HEAD", "--sort=-creatordate").decode().split()
    path = f"addons/{addon}/__manifest__.py"
    commits = git("log", "--format=%H", "--", path).decode().split()
    for revision in [*tags, *(f"{commit}^" for commit in commits)]:
        version = version_at(revision, addon)
        if version and version != current:
            return revision
    return "HEAD"


@pytest.mark.parametrize("addon", [addon.name for addon in ADDONS])
def test_upgrade_from_the_previous_version(
    pg, odoo, new_database, base, tmp_path, addon
):
    archive = git("archive", "--format=tar", previous_revision(addon), "addons")
    if archive:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(tmp_path, filter="data")
    # Without git (a downloaded copy) there is only this version.
    previous = tmp_path / "addons" if archive else layout.ADDONS
    name = new_database(base)
    odoo("module", "install", "-d", name, addon, ODOO_ADDONS_PATH=previous)
    kept = "INSERT INTO ir_config_parameter (key, value) VALUES ('kept', '1')"
    pg.sql(kept, name)

    odoo("module", "upgrade", "-d", name, addon)

    query = f"SELECT latest_version FROM ir_module_module WHERE name = '{addon}'"
    version = layout.read_manifest(layout.ADDONS / addon)["version"]
    assert pg.sql(query, name) == version
    stuck = "SELECT name FROM ir_module_module WHERE state LIKE 'to %'"
    assert not names(pg, name, stuck)
    reference = new_database(base)
    odoo("module", "install", "-d", reference, addon)
    assert fields(pg, name) == fields(pg, reference)
    assert tables(pg, name) == tables(pg, reference)
    assert records_of(pg, name, addon) == records_of(pg, reference, addon)
    kept = "SELECT value FROM ir_config_parameter WHERE key = 'kept'"
    assert pg.sql(kept, name) == "1"
