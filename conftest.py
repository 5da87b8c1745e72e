"""What holds for every test, those of the addons included.

A logged error fails the test it happens in, and a session in which nothing was
tested fails as a whole: pytest-odoo lets both pass.
"""

import logging
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent
# Files whose tests take longest, two minutes or so and more, the longest first.
LONG = (
    "test_vote_browser",
    "test_portal_browser",
    "test_lifecycle",
    "test_cli_run",
    "test_kill",
    "test_demo",
    "test_import_kill",
    "test_quality",
    "test_menus",
    "test_disclosure_browser",
    "test_portal_access_table",
)
SHARED_FILES = ROOT.parent / "shared" / "data"


def _asked(name):
    return os.environ.get(name, "").lower() in ("1", "true", "yes")


def required(name):
    """Tell whether a missing tool or file fails: in CI, or when asked by name."""
    return _asked("CI") or _asked(name)


class ErrorCollector(logging.Handler):
    """Keeps what is logged as an error. `assertLogs` and `mute_logger` hide theirs."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def take(self):
        records, self.records = self.records, []
        return [
            f"{record.levelname} {record.name}: {record.getMessage()}"
            for record in records
        ]


collector = ErrorCollector()


def pytest_configure(config):
    logging.getLogger().addHandler(collector)
    config.addinivalue_line("markers", "expect_errors: errors in the log are expected")


def pytest_unconfigure(config):
    logging.getLogger().removeHandler(collector)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item):
    outcome = yield
    _fail_on_log(item, outcome)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    outcome = yield
    _fail_on_log(item, outcome)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item):
    outcome = yield
    _fail_on_log(item, outcome)


def _fail_on_log(item, outcome):
    found = collector.take()
    if not found or outcome.excinfo or item.get_closest_marker("expect_errors"):
        return
    text = "errors in the log that no test expects:\n" + "\n".join(found)
    outcome.force_exception(pytest.fail.Exception(text, pytrace=False))


def pytest_collection_modifyitems(items):
    """Begin with the files that take minutes, so that two processes end together."""
    place = {name: index for index, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


def pytest_sessionstart(session):
    if required("SHEQU_REQUIRE_BROWSER") and not any(
        map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    ):
        pytest.exit("Chromium is missing, and the browser tests are required", 1)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter and not session.config.option.collectonly:
        if not reporter.stats.get("passed"):
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.fixture(scope="session", autouse=True)
def own_file_store(load_registry):
    """Give each of the processes that share the tests a file store of its own.

    pytest-odoo lets them use one.  At the end of a class Odoo removes the files its
    database does not know, and with them those of a test in the other process.
    """
    from odoo.tools import config

    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        yield
        return
    folder = f"{config.filestore(config['db_name'])}-{worker}"
    config.filestore.return_value = folder
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data():
    """The folder with real citizens' messages; too large for the repository."""
    folder = Path(os.environ.get("SHEQU_SHARED_DATA") or SHARED_FILES)
    if not folder.is_dir():
        text = f"there is no {folder} (set SHEQU_SHARED_DATA to the folder)"
        if required("SHEQU_REQUIRE_SHARED"):
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return folder
