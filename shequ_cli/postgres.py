"""PostgreSQL: the server that PGHOST names, or a private cluster of ours.

The private cluster listens on a Unix socket alone that nobody but its owner can
open. A server run by root would be refused by PostgreSQL, so then the cluster
belongs to the user `postgres`.
"""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import time
from pathlib import Path

from . import layout
from .ui import Phase, Problem, run

OLDEST = 13
USER = "odoo"
# Marks a server that ./shequ has started, and may therefore stop.
CLUSTER_NAME = "shequ"
# The kernel takes 107 bytes for a socket's path; 18 are the socket's name.
LONGEST_SOCKET_DIR = 88


def parse_version(text):
    """Return the major version out of `postgres (PostgreSQL) 15.14 (Debian…)`."""
    match = re.search(r"\(PostgreSQL\)\s+(\d+)", text)
    return int(match[1]) if match else 0


def binaries(major=None):
    """Return the folder of the newest initdb (or of the given major), or None."""
    folders = [Path(folder) for folder in Path("/usr/lib/postgresql").glob("*/bin")]
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    versions = {}
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            out = subprocess.run(
                [str(folder / "initdb"), "--version"], capture_output=True, text=True
            )
            versions[parse_version(out.stdout)] = folder
    if major:
        return versions.get(major)
    return versions[max(versions)] if versions else None


def _major(folder):
    command = [str(folder / "initdb"), "--version"]
    return parse_version(subprocess.run(command, capture_output=True, text=True).stdout)


def server_user():
    """Return the user a cluster runs as: ourselves, or an unprivileged one."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Problem(
        "PostgreSQL does not run as root, and there is no user `postgres`. Make one "
        "with: adduser --system postgres"
    )


def _can_enter(folder, user):
    """Tell whether the user may walk down to the folder (or to where it will be)."""
    for parent in reversed([folder, *folder.parents]):
        if not parent.exists():
            return True
        status = parent.stat()
        mode = status.st_mode
        if user.pw_uid == 0:
            continue
        if status.st_uid == user.pw_uid:
            allowed = mode & 0o100
        elif status.st_gid == user.pw_gid:
            allowed = mode & 0o010
        else:
            allowed = mode & 0o001
        if not allowed:
            return False
    return True


def _outside(path, base):
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:10]
    return Path(base) / f"shequ-{digest}"


class Cluster:
    """A private PostgreSQL cluster in a folder."""

    def __init__(self, folder=None, settings=()):
        folder = Path(folder or layout.LOCAL / "pg")
        self.user = server_user()
        # Below /root, for one, the user postgres cannot walk.
        if not _can_enter(folder.parent, self.user):
            folder = _outside(folder, "/var/lib")
        self.folder = folder
        self.data = folder / "data"
        self.socket_dir = folder
        if len(os.fsencode(str(folder))) > LONGEST_SOCKET_DIR:
            self.socket_dir = _outside(folder, "/tmp")
        self.log = folder / "log"
        self.settings = list(settings)

    def exists(self):
        return (self.data / "PG_VERSION").is_file()

    def _binaries(self):
        if not self.exists():
            folder = binaries()
            if not folder:
                raise Problem(
                    "PostgreSQL is missing. Install it (Debian: sudo apt-get install "
                    "postgresql), or set PGHOST to a server."
                )
            if _major(folder) < OLDEST:
                raise Problem(_too_old(_major(folder)))
            return folder
        major = int((self.data / "PG_VERSION").read_text().strip())
        folder = binaries(major)
        if not folder:
            raise Problem(
                f"The databases in {self.data} were made by PostgreSQL {major}, which "
                f"is no longer installed. Install it (Debian: sudo apt-get install "
                f"postgresql-{major}), or start afresh with ./shequ reset --all."
            )
        return folder

    def _as_user(self):
        """Return the Popen arguments that make a process run as the owner."""
        if os.geteuid() != 0:
            return {}
        user = self.user
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def _make_folder(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        elif folder.stat().st_uid != os.geteuid():
            raise Problem(f"{folder} belongs to somebody else. Remove it first.")

    def initialise(self):
        """Make the cluster under another name, so that it is whole or absent."""
        bin_dir = self._binaries()
        self._make_folder(self.folder)
        part = self.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        command = [bin_dir / "initdb", "-D", part, "-U", USER, "-E", "UTF8"]
        # The socket is its owner's alone (unix_socket_permissions), hence trust.
        command += ["--locale=C.UTF-8", "-A", "trust"]
        run(command, cwd="/", log=layout.LOGS / "initdb.log", **self._as_user())
        part.rename(self.data)

    def running(self):
        """Return the server's process id, or None."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (OSError, ValueError):
            return None
        # pid (name) state …; a killed process that nobody waits for stays as Z.
        name, _bracket, rest = stat.partition("(")[2].rpartition(")")
        alive = rest.split()[0] != "Z"
        ours = name.startswith(("postgres", "postmaster"))
        return pid if alive and ours else None

    def ours(self):
        """Tell whether ./shequ has started the running server."""
        try:
            options = (self.data / "postmaster.opts").read_text()
        except OSError:
            return False
        return f"cluster_name={CLUSTER_NAME}" in options

    def _options(self):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        buffers = max(64, min(512, memory // 8 // 1024**2))
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.socket_dir}",
            "unix_socket_permissions=0700",
            f"cluster_name={CLUSTER_NAME}",
            f"shared_buffers={buffers}MB",
            "max_connections=200",
            "random_page_cost=1.1",
            *self.settings,
        ]
        return " ".join(f"-c {setting}" for setting in settings)

    def start(self):
        """Start the server and wait for it; crash recovery is its own affair."""
        if self.running():
            # A server that was started by hand may keep its socket elsewhere.
            line = (self.data / "postmaster.pid").read_text().split("\n")
            if len(line) > 4 and line[4].strip():
                self.socket_dir = Path(line[4].strip())
            return
        bin_dir = self._binaries()
        self._make_folder(self.socket_dir)
        command = [bin_dir / "pg_ctl", "start", "-w", "-t", "120", "-D", self.data]
        command += ["-l", self.log, "-o", self._options()]
        try:
            # A session of its own: Ctrl-C must not reach it before Odoo is done.
            # pg_ctl's output would be held open by the server, so it goes nowhere.
            done = subprocess.run(
                [str(part) for part in command],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                check=False,
                **self._as_user(),
            )
        except OSError as error:
            raise Problem(f"PostgreSQL cannot be started: {error}") from error
        if done.returncode:
            tail = (
                self.log.read_text("utf-8", "replace")[-1500:]
                if self.log.exists()
                else ""
            )
            raise Problem(f"PostgreSQL did not start. The end of {self.log}:\n{tail}")

    def stop(self, mode="fast"):
        """Stop the server and wait until it is gone."""
        if self.running():
            command = [self._binaries() / "pg_ctl", "stop", "-w", "-m", mode, "-D"]
            subprocess.run(
                [str(part) for part in [*command, self.data]],
                cwd="/",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                **self._as_user(),
            )

    def remove(self):
        """Stop the server and delete the cluster."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.socket_dir != self.folder:
            shutil.rmtree(self.socket_dir, ignore_errors=True)


def _too_old(major):
    return (
        f"PostgreSQL {major} is too old: Odoo 19 needs {OLDEST} or newer. Install a "
        "newer one (Debian: sudo apt-get install postgresql), or set PGHOST to a "
        "newer server."
    )


class Server:
    """The PostgreSQL server in use; the environment of its clients is `env`."""

    def __init__(self):
        self.cluster = None if os.environ.get("PGHOST") else Cluster()
        self.env = {}

    def ensure(self):
        """Make and start what is missing; check the version."""
        if self.cluster:
            if not self.cluster.exists():
                with Phase("Database cluster"):
                    self.cluster.initialise()
            if not self.cluster.running():
                with Phase("Database server"):
                    self.cluster.start()
            else:
                self.cluster.start()
        self.connect()

    def connect(self):
        """Set the clients' environment and check that the server answers."""
        if self.cluster:
            self.env = {"PGHOST": str(self.cluster.socket_dir), "PGUSER": USER}
            bin_dir = self.cluster._binaries()
        else:
            self.env = {"PGHOST": os.environ["PGHOST"]}
            if os.environ.get("PGUSER"):
                self.env["PGUSER"] = os.environ["PGUSER"]
            bin_dir = binaries()
        if bin_dir:
            self.env["PATH"] = f"{os.environ.get('PATH', os.defpath)}:{bin_dir}"
        number = int(self.sql("SHOW server_version_num") or 0)
        if number < OLDEST * 10000:
            raise Problem(_too_old(number // 10000))
        return self

    def available(self):
        """Tell whether there is a server to talk to, without starting one."""
        if self.cluster and not self.cluster.running():
            return False
        try:
            if self.cluster:
                self.cluster.start()
            self.connect()
        except Problem:
            return False
        return True

    def sql(self, query, database="postgres"):
        """Run SQL with psql and return its bare output."""
        done = subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", query],
            env={**os.environ, "PGCONNECT_TIMEOUT": "10", **self.env},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            error = done.stderr.strip()
            where = self.env.get("PGHOST", "")
            if "connection to server" in error or "could not connect" in error:
                raise Problem(
                    f"The PostgreSQL server at {where} does not answer: {error}\n"
                    "Check PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset PGHOST to "
                    "use a private cluster."
                )
            raise Problem(f"PostgreSQL refused: {error}")
        return done.stdout.strip()

    def databases(self):
        """List the databases this user can see."""
        query = "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"
        return [name for name in self.sql(query).splitlines() if name != "postgres"]

    def others_connected(self):
        """Count client connections other than this one."""
        return int(
            self.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = "
                "'client backend' AND pid <> pg_backend_pid()"
            )
        )

    def drop(self, database):
        """Drop a database and whoever is still connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        shutil.rmtree(layout.DATA / "filestore" / database, ignore_errors=True)

    def copy(self, source, target):
        """Copy a database; nobody may be connected to the source."""
        for attempt in range(30):
            try:
                self.sql(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
                return
            except Problem as problem:
                # Another copy of the same template may be under way.
                if "being accessed" not in str(problem) or attempt == 29:
                    raise
                time.sleep(1)

    def rename(self, source, target):
        self.sql(f'ALTER DATABASE "{source}" RENAME TO "{target}"')

    def stop_if_idle(self):
        """Stop our cluster unless somebody else is using it; say which."""
        if not self.cluster or not self.cluster.running() or not self.cluster.ours():
            return False
        try:
            if self.others_connected():
                return False
        except Problem:
            # It is on its way down already: another ./shequ has ended too.
            pass
        self.cluster.stop()
        return True
