"""The pure logic of `./shequ`: no network, no database, no Odoo."""

import base64
import errno
import io
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shequ_cli import (
    database,
    layout,
    lint,
    main,
    odoo_tree,
    postgres,
    server,
    standard,
    system,
    testing,
    ui,
    venv,
)

ROOT = Path(__file__).parent.parent


def make_addon(parent, name, **manifest):
    folder = parent / name
    folder.mkdir(parents=True)
    manifest = {"version": "19.0.1.0.0", "depends": ["base"], **manifest}
    (folder / "__manifest__.py").write_text(repr(manifest))
    return folder


# -- sentences ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("E: Temporary failure resolving 'mirror'", "no way to the network"),
        ("Failed to establish a new connection: [Errno 101]", "no way to the network"),
        ("dpkg-deb: error: No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "pinned"),
        ("FATAL:  database files are incompatible with server", "another version"),
    ],
)
def test_known_failures_become_sentences(output, words):
    assert words in ui.explain(f"some line\n{output}\nanother")


def test_unknown_failures_are_not_explained_away():
    assert ui.explain("KeyError: 'x'") is None


def test_a_failing_tool_raises_its_last_lines(tmp_path):
    log = tmp_path / "logs" / "tool.log"
    code = "print('first'); print('the reason'); raise SystemExit(3)"
    with pytest.raises(ui.Problem, match=r"exit code 3(.|\n)*the reason"):
        ui.run([sys.executable, "-c", code], log=log)
    assert "first" in log.read_text()


def test_progress_lines_are_shown_and_kept_out_of_the_output():
    phase = ui.Phase("x", io.StringIO())
    code = "print('@@shequ tickets 3/9'); print('kept')"
    out = ui.run([sys.executable, "-c", code], phase)
    assert out == "kept\n"
    assert phase.note == "tickets 3/9"


def test_a_phase_shows_whether_it_worked_and_its_seconds():
    stream = io.StringIO()
    with ui.Phase("good", stream):
        pass
    with pytest.raises(ValueError, match="x"), ui.Phase("bad", stream):
        raise ValueError("x")
    assert re.search(r"✓ good  0\.\d s", stream.getvalue())
    assert re.search(r"✗ bad  0\.\d s", stream.getvalue())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.44, "0.4 s"), (9.94, "9.9 s"), (9.96, "10 s"), (119, "119 s")]
    + [(119.9, "2 min 00 s"), (185, "3 min 05 s")],
)
def test_seconds_read_well(seconds, text):
    assert ui.clock(seconds) == text


def test_a_full_disk_is_told_before_anything_is_fetched(tmp_path):
    with pytest.raises(ui.Problem, match="disk is full"):
        system.check_disk(tmp_path / "not" / "there", needed=10**18)
    assert system.check_disk(tmp_path, needed=1) is None


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EACCES, "No permission for x")],
)
def test_errors_of_the_system_become_sentences(number, words):
    assert words in ui.explain_os_error(OSError(number, os.strerror(number), "x"))


def test_other_errors_of_the_system_keep_their_traceback():
    assert ui.explain_os_error(OSError(errno.EINVAL, "bad")) is None


def test_a_taken_port_is_told_with_another_to_use(monkeypatch, tmp_path):
    monkeypatch.setattr(layout, "RUN", tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ui.Problem, match=f"--port {port + 1}"):
            server.check_port("127.0.0.1", port)
    server.check_port("127.0.0.1", port)


def test_without_apt_it_says_what_to_install_by_hand(monkeypatch):
    monkeypatch.setattr(
        system, "missing_packages", lambda *_: (["postgresql"], ["wkhtmltopdf"])
    )
    monkeypatch.setattr(system.shutil, "which", lambda _name: None)
    with pytest.raises(ui.Problem, match="ODOO_HOME") as caught:
        system.ensure_packages()
    assert "PostgreSQL 13" in str(caught.value)


def test_without_root_it_says_the_command_to_type(monkeypatch):
    monkeypatch.setattr(
        system, "missing_packages", lambda *_: (["postgresql"], ["wkhtmltopdf"])
    )
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system, "_root_prefix", lambda: None)
    with pytest.raises(ui.Problem) as caught:
        system.ensure_packages()
    command = "sudo apt-get install -y --no-install-recommends postgresql wkhtmltopdf"
    assert command in str(caught.value)


def test_a_missing_nicety_is_no_obstacle_and_told_once(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(layout, "LOCAL", tmp_path)
    monkeypatch.setattr(system, "missing_packages", lambda *_: ([], ["wkhtmltopdf"]))
    monkeypatch.setattr(system, "_root_prefix", lambda: None)
    system.ensure_packages()
    assert "wkhtmltopdf" in capsys.readouterr().out
    system.ensure_packages()
    assert not capsys.readouterr().out


def test_the_demo_is_loaded_where_it_was_asked_for(monkeypatch, capsys):
    loaded = []
    monkeypatch.setattr(main, "has_demo", lambda: True)
    monkeypatch.setattr(database, "script", lambda *words, **_: loaded.append(words))

    def parameters(**values):
        monkeypatch.setattr(
            database, "parameter", lambda _pg, _db, key: values[key[6:]]
        )

    parameters(demo_wanted="1", demo_loaded="")
    main.load_demo(None, "x")
    assert len(loaded) == 1
    parameters(demo_wanted="1", demo_loaded="1")
    main.load_demo(None, "x")
    assert len(loaded) == 1
    # Somebody's own data is in there.
    parameters(demo_wanted="", demo_loaded="")
    main.load_demo(None, "x")
    assert len(loaded) == 1
    assert "--db demo" in capsys.readouterr().out


# -- PostgreSQL --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ("initdb (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 18beta1", 18),
        ("something else", 0),
    ],
)
def test_the_major_version_is_read(text, major):
    assert postgres.parse_version(text) == major


def test_an_old_postgresql_is_refused(monkeypatch):
    pg = postgres.Server()
    monkeypatch.setattr(pg, "sql", lambda *_: "120017")
    with pytest.raises(ui.Problem, match="PostgreSQL 12 is too old"):
        pg.connect()


def test_pghost_is_respected(monkeypatch):
    monkeypatch.setenv("PGHOST", "/somewhere")
    monkeypatch.setenv("PGUSER", "somebody")
    pg = postgres.Server()
    monkeypatch.setattr(pg, "sql", lambda *_: "160000")
    pg.connect()
    assert pg.cluster is None
    assert (pg.env["PGHOST"], pg.env["PGUSER"]) == ("/somewhere", "somebody")


def test_a_server_that_does_not_answer_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PGHOST", str(tmp_path))
    with pytest.raises(ui.Problem, match="does not answer"):
        postgres.Server().connect()


def test_a_long_path_moves_the_socket_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "_can_enter", lambda *_: True)
    folder = tmp_path / ("x" * 120)
    cluster = postgres.Cluster(folder)
    assert cluster.data == folder / "data"
    assert len(str(cluster.socket_dir)) <= postgres.LONGEST_SOCKET_DIR
    # The next run finds the same place.
    assert postgres.Cluster(folder).socket_dir == cluster.socket_dir


def test_a_folder_that_the_server_cannot_enter_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setattr(postgres, "_can_enter", lambda *_: False)
    cluster = postgres.Cluster(tmp_path / "pg")
    assert cluster.folder.parent == Path("/var/lib")


def test_entering_needs_the_execute_bit_on_each_level(tmp_path):
    class Stranger:
        pw_uid, pw_gid = 64999, 64999

    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    # pytest's own folders are closed to others.
    for folder in [inner, *list(inner.parents)[:6]]:
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o001)
    assert postgres._can_enter(inner, Stranger)
    (tmp_path / "a").chmod(0o700)
    assert not postgres._can_enter(inner, Stranger)


def test_databases_of_another_version_ask_for_that_version(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "_can_enter", lambda *_: True)
    cluster = postgres.Cluster(tmp_path)
    cluster.data.mkdir()
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ui.Problem, match="postgresql-9"):
        cluster.start()


def test_a_stale_pid_file_is_no_running_server(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "_can_enter", lambda *_: True)
    cluster = postgres.Cluster(tmp_path)
    cluster.data.mkdir()
    assert cluster.running() is None
    # Our own process id: it lives, and is not PostgreSQL.
    (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n/x\n")
    assert cluster.running() is None


def test_only_a_server_of_ours_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(postgres, "_can_enter", lambda *_: True)
    cluster = postgres.Cluster(tmp_path)
    cluster.data.mkdir()
    options = cluster.data / "postmaster.opts"
    assert not cluster.ours()
    options.write_text("/usr/lib/postgresql/15/bin/postgres -D x")
    assert not cluster.ours()
    options.write_text(f'postgres "-c" "cluster_name={postgres.CLUSTER_NAME}"')
    assert cluster.ours()


# -- Odoo --------------------------------------------------------------------


def test_the_archive_is_found_among_the_indexes():
    text = (
        "http://security.test/debian-security/|bookworm-security\n"
        "http://mirror.test/debian/|bookworm-updates\n"
        "http://mirror.test/debian/|bookworm\n"
    )
    assert odoo_tree.parse_targets(text) == ("http://mirror.test/debian/", "bookworm")


def test_no_archive_among_the_indexes():
    assert odoo_tree.parse_targets("") is None
    assert odoo_tree.parse_targets("http://x.test/debian-security/|b-security") is None


def make_odoo(folder, version):
    (folder / "odoo").mkdir(parents=True)
    text = f"RELEASE = 'x'\nversion_info = ({version}, 'final', 0, '')\n"
    (folder / "odoo" / "release.py").write_text(text)


def test_odoo_home_is_used_as_it_is(monkeypatch, tmp_path):
    make_odoo(tmp_path, "19, 0")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    assert odoo_tree.ensure() == (19, 0)
    assert layout.odoo_site() == tmp_path


def test_the_script_that_debian_leaves_out_is_stood_in_for(tmp_path):
    odoo_tree._stand_in(tmp_path)
    script = tmp_path / odoo_tree.LEFT_OUT
    assert script.is_file()
    script.write_text("own")
    odoo_tree._stand_in(tmp_path)
    assert script.read_text() == "own"


def test_another_odoo_is_refused(monkeypatch, tmp_path):
    make_odoo(tmp_path, "18, 0")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(ui.Problem, match=r"Odoo 18\.0"):
        odoo_tree.ensure()


def test_an_odoo_home_without_odoo_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(ui.Problem, match="odoo-bin"):
        odoo_tree.ensure()


# -- environment and virtual environment -------------------------------------


def test_data_key_is_made_once_and_kept_private(tmp_path, monkeypatch):
    monkeypatch.setattr(layout, "LOCAL", tmp_path / "local")
    monkeypatch.delenv("SHEQU_DATA_KEY", raising=False)
    key = layout.environment()["SHEQU_DATA_KEY"]
    assert len(base64.urlsafe_b64decode(key)) == 32
    assert layout.environment()["SHEQU_DATA_KEY"] == key
    kept = list((tmp_path / "local").iterdir())
    assert [path.name for path in kept] == ["data.key"]
    assert kept[0].stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("SHEQU_DATA_KEY", "mine")
    assert layout.environment()["SHEQU_DATA_KEY"] == "mine"


def test_settings_of_the_caller_do_not_leak_into_odoo(monkeypatch):
    monkeypatch.setenv("ODOO_LIST_DB", "1")
    monkeypatch.setenv("PGDATABASE", "production")
    monkeypatch.setenv("ODOO_HOME", "/opt/odoo")
    env = layout.environment(PGHOST="/x")
    assert "ODOO_LIST_DB" not in env
    assert "PGDATABASE" not in env
    assert env["ODOO_HOME"] == "/opt/odoo"
    assert env["PGHOST"] == "/x"
    assert env["ODOO_RC"] == str(ROOT / "odoo.conf")


def test_packages_are_installed_again_when_the_pins_change(monkeypatch, tmp_path):
    monkeypatch.setattr(layout, "ROOT", tmp_path)
    monkeypatch.setattr(layout, "VENV", tmp_path / "venv")
    monkeypatch.setattr(layout, "PYTHON", Path(sys.executable))
    (tmp_path / "venv").mkdir()
    pins = tmp_path / "requirements.txt"
    pins.write_text("a==1")
    assert not venv.ready()
    venv._mark(pins).write_text(venv._digest(pins))
    assert venv.ready()
    (tmp_path / "requirements-dev.txt").touch()
    assert not venv.ready(dev=True)
    pins.write_text("a==2")
    assert not venv.ready()


def test_every_pin_has_a_hash():
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=[A-Za-z])", (ROOT / name).read_text())
        pinned = [entry for entry in entries if "==" in entry.split("\n")[0]]
        assert len(pinned) > 10
        assert not [entry[:40] for entry in pinned if "--hash=sha256:" not in entry]


def test_odoo_conf_is_safe_as_it_stands():
    text = (ROOT / "odoo.conf").read_text()
    options = dict(re.findall(r"^(\w+) = (.*)$", text, re.MULTILINE))
    assert options["http_interface"] == "127.0.0.1"
    assert options["list_db"] == "False"
    assert options["with_demo"] == "False"
    assert options["proxy_mode"] == "False"
    assert options["admin_passwd"].startswith("$pbkdf2-sha512$")
    limits = ("limit_memory_soft", "limit_memory_hard", "limit_time_real")
    assert all(int(options[name]) > 0 for name in limits)


def test_no_address_of_a_mirror_in_the_tool():
    for path in (ROOT / "shequ_cli").glob("*.py"):
        hosts = re.findall(r"https?://([a-z0-9.-]+)", path.read_text())
        # The last is in the names of the standard's schemas; nothing is fetched there.
        known = {"github.com", "127.0.0.1", "standard.open-contracting.org"}
        assert set(hosts) <= known, path


# -- addons and databases ----------------------------------------------------


def test_the_hash_follows_what_an_installation_reads(tmp_path):
    addon = make_addon(tmp_path, "one")
    before = layout.addons_hash([addon])
    (addon / "tests").mkdir()
    (addon / "tests" / "test_x.py").write_text("x = 1")
    (addon / "static").mkdir()
    (addon / "static" / "a.js").write_text("1")
    assert layout.addons_hash([addon]) == before
    (addon / "models.py").write_text("x = 1")
    changed = layout.addons_hash([addon])
    assert changed != before
    (addon / "models.py").rename(addon / "other.py")
    assert layout.addons_hash([addon]) != changed


def test_core_dependencies_leave_out_our_own(tmp_path):
    addons = [
        make_addon(tmp_path, "one", depends=["account", "two"]),
        make_addon(tmp_path, "two", depends=["portal"]),
    ]
    assert layout.core_depends(addons) == ["account", "l10n_cn", "portal"]


def test_addons_that_cannot_be_installed_are_left_out(tmp_path):
    make_addon(tmp_path, "one")
    make_addon(tmp_path, "two", installable=False)
    (tmp_path / "no_addon").mkdir()
    assert [path.name for path in layout.addon_dirs(tmp_path)] == ["one"]


def test_versions_are_ordered_by_number():
    versions = ["19.0.1.10.0", "19.0.1.9.0", "19.0.1.9.1", "19.0.2.0.0"]
    assert sorted(versions, key=layout.version_key) == [
        "19.0.1.9.0",
        "19.0.1.9.1",
        "19.0.1.10.0",
        "19.0.2.0.0",
    ]


class FakeServer:
    """Answers queries from a list of (part of the query, answer)."""

    def __init__(self, *answers):
        self.answers, self.asked = answers, []

    def sql(self, query, _database="postgres"):
        self.asked.append(query)
        return next(answer for part, answer in self.answers if part in query)


def test_a_database_of_a_newer_version_is_not_touched(monkeypatch, tmp_path):
    make_addon(tmp_path, "shequ_property", version="19.0.1.9.0")
    monkeypatch.setattr(layout, "ADDONS", tmp_path)
    pg = FakeServer(
        ("to_regclass", "t"), ("ir_module_module", "shequ_property 19.0.1.10.0")
    )
    with pytest.raises(ui.Problem, match="made by a newer version"):
        database.check_usable(pg, "x")


@pytest.mark.parametrize("theirs", ["19.0.1.9.0", "19.0.1.8.0"])
def test_a_database_of_this_or_an_older_version_is_fine(monkeypatch, tmp_path, theirs):
    make_addon(tmp_path, "shequ_property", version="19.0.1.9.0")
    monkeypatch.setattr(layout, "ADDONS", tmp_path)
    pg = FakeServer(
        ("to_regclass", "t"), ("ir_module_module", f"shequ_property {theirs}")
    )
    assert database.check_usable(pg, "x") is None


def test_a_database_of_something_else_is_not_touched():
    with pytest.raises(ui.Problem, match="not one of Odoo"):
        database.check_usable(FakeServer(("to_regclass", "f")), "x")


@pytest.mark.parametrize(
    "name", ["", "Ü", "a b", "1a", 'a"; DROP', "shequ-tmp-1", "shequ-part", "a" * 60]
)
def test_unusable_database_names_are_refused(name):
    with pytest.raises(ui.Problem):
        database.check_name(name)


def test_usable_database_names():
    for name in ("shequ", "shequ_2", "my-estate"):
        database.check_name(name)


# -- command line ------------------------------------------------------------


def test_help_explains_each_command_in_a_line():
    done = subprocess.run(
        [sys.executable, str(ROOT / "shequ"), "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    for name, text in main.COMMANDS:
        assert re.search(rf"^    {name} +{re.escape(text)}$", done.stdout, re.MULTILINE)
        assert callable(getattr(main, f"do_{name}"))


def test_it_runs_on_the_standard_library_alone():
    code = "import sys; sys.path.insert(0, '.'); import shequ_cli.main"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, cwd=ROOT)


def test_arguments_of_test_go_to_pytest():
    args = main.parse(["test", "-k", "road", "--maxfail=1", "--port"])
    assert args.rest == ["-k", "road", "--maxfail=1", "--port"]


def test_arguments_of_psql_and_bench_are_passed_on():
    args = main.parse(["psql", "--db", "x", "-c", "SELECT 1"])
    assert (args.db, args.rest) == ("x", ["-c", "SELECT 1"])
    assert main.parse(["bench", "tickets", "--json"]).rest == ["tickets", "--json"]


def test_unknown_arguments_are_refused(capsys):
    with pytest.raises(SystemExit):
        main.parse(["run", "--prot", "8070"])
    assert "--prot" in capsys.readouterr().err


def test_run_takes_its_options():
    args = main.parse(["run", "--empty", "--port", "81", "--db", "x", "--host", "::1"])
    assert (args.empty, args.port, args.db, args.host) == (True, 81, "x", "::1")


def test_bench_without_a_name_lists_them(capsys):
    assert main.main(["bench", "nothing_like_this"]) == 1
    assert "NAME is one of" in capsys.readouterr().err


def test_reset_asks_first(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main.main(["reset", "--db", "never_made"]) == 1
    assert "--yes" in capsys.readouterr().err


def test_an_address_for_all_interfaces_is_shown_as_one_to_open():
    assert server.url("0.0.0.0", 8069, "/my") == "http://127.0.0.1:8069/my"


def test_records_of_servers_that_are_gone_are_forgotten(monkeypatch, tmp_path):
    monkeypatch.setattr(layout, "RUN", tmp_path)
    (tmp_path / "x.json").write_text(f'{{"pid": {os.getpid()}, "port": 1}}')
    (tmp_path / "y.json").write_text("{")
    assert server.running() == {}
    assert not (tmp_path / "x.json").exists()


def test_a_server_is_ended_when_its_run_was_killed(monkeypatch, tmp_path):
    ended = []
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    entry = f'{{"pid": 1, "owner": {gone.pid}, "host": "x", "port": 1}}'
    monkeypatch.setattr(layout, "RUN", tmp_path)
    monkeypatch.setattr(server, "is_server", lambda _pid: True)
    monkeypatch.setattr(server, "end", ended.append)
    (tmp_path / "x.json").write_text(entry)
    server.end_orphans()
    assert ended == [1]
    assert not (tmp_path / "x.json").exists()


def long_running(code):
    """Start a program and wait until Linux tells its command line."""
    process = subprocess.Popen([sys.executable, "-c", code], stdin=-1)
    deadline = time.monotonic() + 10
    while not Path(f"/proc/{process.pid}/cmdline").read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def test_a_server_whose_run_lives_is_left_alone(monkeypatch, tmp_path):
    owner = long_running("input() # shequ")
    entry = f'{{"pid": 1, "owner": {owner.pid}, "host": "x", "port": 1}}'
    monkeypatch.setattr(layout, "RUN", tmp_path)
    monkeypatch.setattr(server, "is_server", lambda _pid: True)
    monkeypatch.setattr(server, "end", lambda _pid: pytest.fail("ended"))
    (tmp_path / "x.json").write_text(entry)
    server.end_orphans()
    owner.communicate(b"\n")
    assert (tmp_path / "x.json").exists()


def test_a_second_setup_waits_for_the_first(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(layout, "LOCAL", tmp_path)
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, '.');"
        "from shequ_cli import layout, main; layout.LOCAL = Path(sys.argv[1])\n"
        "with main.setup_lock(): print('locked', flush=True); time.sleep(1)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout.readline() == "locked\n"
    started = time.monotonic()
    with main.setup_lock():
        assert time.monotonic() - started > 0.5
    assert other.wait() == 0
    assert "Waiting for another" in capsys.readouterr().out


# -- tests and lint ----------------------------------------------------------


def test_all_tests_run_unless_some_are_named():
    everything = testing.command("db", ["-x"])
    assert "tests" in everything
    assert "addons/shequ_property/tests" in everything
    some = testing.command("db", ["tests/test_cli.py::test_x"])
    assert "tests" not in some


def test_all_tests_are_shared_among_processes_and_a_few_are_not(monkeypatch):
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 4)
    assert "--numprocesses=2" in testing.command("db", ["-q"])
    for words in (["-k", "sla"], ["--pdb"], ["-n", "0"], ["tests/test_cli.py"]):
        assert "--numprocesses=2" not in testing.command("db", words)
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 1)
    assert "--numprocesses=2" not in testing.command("db", [])


def test_xml_faults_are_found(tmp_path):
    good, broken, twice = (tmp_path / f"{name}.xml" for name in "abc")
    good.write_text('<odoo><record id="a"/><record id="b"/></odoo>')
    broken.write_text("<odoo><record></odoo>")
    twice.write_text('<odoo><record id="a"/><record id="a"/></odoo>')
    faults = lint.xml_faults([good, broken, twice])
    assert len(faults) == 2
    assert "b.xml" in faults[0]
    assert "given twice" in faults[1]


def test_manifest_faults_are_found(tmp_path):
    addon = make_addon(tmp_path, "one", version="1.0", data=["views/a.xml"])
    (addon / "views").mkdir()
    (addon / "views" / "forgotten.xml").write_text("<odoo/>")
    faults = "\n".join(lint.manifest_faults(addon))
    assert "version 1.0" in faults
    assert "views/a.xml does not exist" in faults
    assert "views/forgotten.xml is in no list" in faults
    assert "license is missing" in faults


def test_translation_faults_are_found(tmp_path):
    path = tmp_path / "zh_CN.po"
    path.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Good"\nmsgstr "好"\n\n'
        'msgid "Missing"\nmsgstr ""\n\n'
        '#, fuzzy\nmsgid "Doubtful"\nmsgstr "疑"\n\n'
        'msgid "For %(name)s"\nmsgstr "给 %(nom)s"\n',
        encoding="utf-8",
    )
    faults = lint.po_faults(path)
    assert len(faults) == 3
    assert any("Missing" in fault for fault in faults)
    assert any("fuzzy" in fault for fault in faults)
    assert any("placeholders" in fault for fault in faults)


def test_closed_codelists_are_read_from_the_schema():
    """The validator wants them as files, and the archives have none."""
    status = {"codelist": "status.csv", "openCodelist": False, "enum": ["a", None]}
    schema = {
        "properties": {
            "status": status,
            "tag": {
                "codelist": "tag.csv",
                "openCodelist": False,
                "items": {"enum": ["x", "y"]},
            },
            "role": {"codelist": "role.csv", "openCodelist": True, "enum": ["z"]},
        },
        "definitions": {"other": {"properties": {"status": {**status, "enum": ["b"]}}}},
    }
    assert standard._codelists(schema) == {
        "status.csv": ["a", "b"],
        "tag.csv": ["x", "y"],
    }


def test_the_standard_is_made_once_and_again_when_its_pins_change(
    tmp_path, monkeypatch
):
    made = []
    monkeypatch.setattr(standard, "FOLDER", tmp_path)
    monkeypatch.setattr(standard, "ZIP", tmp_path / "standard.zip")
    monkeypatch.setattr(standard, "PINS", tmp_path / "pins.txt")
    monkeypatch.setattr(standard, "_fetch", lambda phase: None)
    monkeypatch.setattr(standard, "_make", lambda: made.append(standard.ZIP.touch()))
    standard.PINS.write_text("one")
    for _start in range(2):
        assert standard.ensure() == tmp_path / "standard.zip"
    assert len(made) == 1
    standard.PINS.write_text("two")
    standard.ensure()
    assert len(made) == 2
