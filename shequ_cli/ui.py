"""Phases with their seconds, and problems told in one clear sentence."""

import contextlib
import ctypes
import errno
import os
import re
import signal
import subprocess
import sys
import threading
import time


class Problem(Exception):
    """Something the person at the keyboard can mend; the text says how."""


# What a tool prints → what it means. The first that matches is told.
KNOWN_FAILURES = [
    (
        r"No space left on device|Disk quota exceeded",
        "The disk is full. Free some space (a first start needs about 3 GB) and "
        "run the same command again: it goes on where it stopped.",
    ),
    (
        r"Temporary failure (in name resolution|resolving)|Could not resolve|"
        r"Name or service not known|Network is unreachable|No route to host|"
        r"Could not connect to|Failed to establish a new connection|"
        r"Connection (timed out|refused) \[IP|ProxyError|ConnectTimeout",
        "There is no way to the network, and something has to be downloaded. "
        "Check the connection (or http_proxy / https_proxy) and run the same "
        "command again: what is already here is not fetched twice.",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one the requirements were pinned to; "
        "it was not installed. Check the package index that pip is set to use.",
    ),
    (
        r"database files are incompatible with server",
        "The database cluster was made by another version of PostgreSQL. Install "
        "that version, or start afresh with ./shequ reset --all.",
    ),
]


def explain(text):
    """Return the sentence for a tool's output, or None when it is unknown."""
    for pattern, sentence in KNOWN_FAILURES:
        if re.search(pattern, text):
            return sentence
    return None


def explain_os_error(error):
    """Return the sentence for an OSError of our own, or None."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return KNOWN_FAILURES[0][1]
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"No permission for {error.filename or 'a file'}: {error.strerror}. "
            "Run ./shequ as the user who owns the project folder."
        )
    return None


def say(text=""):
    print(text, flush=True)


def clock(seconds):
    """Print seconds as people read them: 0.4 s, 12 s, 3 min 05 s."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


class Phase:
    """One line that lives while something is done and ends with its seconds."""

    def __init__(self, title, stream=None):
        self.title = title
        self.note = ""
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.started = time.monotonic()
        self._ended = threading.Event()
        self._noted = 0.0

    def update(self, note):
        """Show how far it is; without a terminal at most each ten seconds."""
        self.note = note
        if not self.live and time.monotonic() - self._noted >= 10:
            self._noted = time.monotonic()
            print(f"  … {self.title}: {note}", file=self.stream, flush=True)

    def _tick(self):
        while not self._ended.wait(0.5):
            seconds = clock(time.monotonic() - self.started)
            line = f"  … {self.title}  {seconds}  {self.note}"
            self.stream.write("\r\x1b[K" + line[:100])
            self.stream.flush()

    def __enter__(self):
        if self.live:
            threading.Thread(target=self._tick, daemon=True).start()
        else:
            print(f"  … {self.title}", file=self.stream, flush=True)
        return self

    def __exit__(self, kind, error, trace):
        self._ended.set()
        sign = "✓" if kind is None else "✗"
        seconds = clock(time.monotonic() - self.started)
        start = "\r\x1b[K" if self.live else ""
        print(f"{start}  {sign} {self.title}  {seconds}", file=self.stream, flush=True)


PROGRESS = "@@shequ "
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """Have Linux end a process when ./shequ is killed; elsewhere do nothing."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def run(command, phase=None, log=None, env=None, cwd=None, **popen):
    """Run a tool quietly; on failure raise a Problem that says why.

    Its output goes to `log`. Lines that start with `PROGRESS` are shown as the
    phase's note: this is how the processes inside Odoo report.
    """
    popen.setdefault("stdin", subprocess.DEVNULL)
    tail = []
    with contextlib.ExitStack() as stack:
        out = None
        if log:
            log.parent.mkdir(parents=True, exist_ok=True)
            out = stack.enter_context(open(log, "a", encoding="utf-8"))
            out.write(f"\n$ {' '.join(map(str, command))}\n")
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            encoding="utf-8",
            errors="replace",
            # What goes on alone would be in the way of the next run.
            preexec_fn=die_with_parent,
            **popen,
        )
        try:
            for line in process.stdout:
                if line.startswith(PROGRESS):
                    if phase:
                        phase.update(line[len(PROGRESS) :].strip())
                    continue
                if out:
                    out.write(line)
                    out.flush()
                tail = [*tail[-400:], line]
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    text = "".join(tail)
    if code:
        where = f"\nThe whole log: {log}" if log else ""
        known = explain(text)
        if known:
            raise Problem(known + where)
        shown = "".join(tail[-15:]).rstrip()
        name = os.path.basename(str(command[0]))
        raise Problem(f"{name} failed (exit code {code}):\n{shown}{where}")
    return text
