"""The archive: every change of it is found, by a program that knows nothing of Odoo."""

import copy
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...tools import chain as ground
from ...tools import voting
from ...tools.voting import archive, chain, count, verify

RULE = {
    "tier": "ordinary",
    "quorum": [2, 3],
    "agree": [1, 2],
    "strict": True,
    "of_all": False,
}
MOTIONS = [{"id": 1, "name": "外墙维修", "form": "decision", "rule": RULE}]
FOLDER = Path(voting.__file__).parent
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Maker:
    """Makes the archive of a small vote as the models do."""

    def __init__(self, secrecy="open", allow_change=False, electors=6):
        self.vote, self.secrecy = "JHYY-V2026-1", secrecy
        self.roll = [
            {
                "number": n,
                "area": 5000 + n,
                "head": max(n, 2),
                "address": f"1号楼{n}室",
                "building": "1号楼",
                "entrance": "",
                "voter": "王*",
                "basis": "owner",
            }
            for n in range(1, electors + 1)
        ]
        self.events, self.ballots, self.counted, self.seals = [], [], {}, []
        self.add("announced", {}, 1)
        total = {
            "area": sum(line["area"] for line in self.roll),
            "heads": len({line["head"] for line in self.roll}),
        }
        self.total = total
        self.add(
            "opened",
            {
                "secrecy": secrecy,
                "allow_change": allow_change,
                "closes_at": "2026-11-22T20:00:00Z",
                "rules": {"silent_follow_majority": False},
                "motions": MOTIONS,
                "roll": {
                    **total,
                    "digest": chain.digest(self.roll),
                    "electors": electors,
                },
            },
            2,
        )

    def add(self, kind, data, hour):
        previous = self.events[-1]["digest"] if self.events else chain.GENESIS
        at = f"2026-11-22T{hour:02d}:00:00Z"
        self.events.append(
            chain.event(previous, len(self.events) + 1, self.vote, at, kind, data)
        )

    def cast(self, numbers, word, channel="online", hour=5):
        salt = f"{len(self.ballots):032x}"
        data = {"channel": channel, "electors": sorted(numbers)}
        if self.secrecy == "secret":
            area = sum(self.roll[n - 1]["area"] for n in numbers)
            ballot = chain.secret_ballot(self.vote, area, {"1": word}, salt)
            self.seals.append(chain.digest(ballot))
            self.counted[chain.digest(ballot)] = (
                area,
                chain.digest(ballot),
                ballot["choices"],
            )
        else:
            ballot = chain.open_ballot(self.vote, numbers, {"1": word}, salt)
            data["commitment"] = chain.digest(ballot)
            for n in numbers:
                line = self.roll[n - 1]
                self.counted[n] = (line["area"], line["head"], ballot["choices"])
        self.ballots.append(ballot)
        self.add("cast", data, hour)
        return chain.digest(ballot)

    def close(self):
        if self.seals:
            self.add("sealed", {"commitments": sorted(self.seals)}, 19)
        voted = {
            n
            for event in self.events
            if event["entry"]["kind"] == "cast"
            for n in event["entry"]["data"]["electors"]
        }
        self.add("closed", {"voted": len(voted), "area": 0, "heads": 0}, 20)
        result = count.count(MOTIONS, list(self.counted.values()), self.total)
        self.add("counted", {"result": result, "digest": chain.digest(result)}, 20)
        self.closed = True
        return self

    def archive(self, closed=True):
        return archive.Archive(
            {
                "format": 1,
                "vote": self.vote,
                "events": len(self.events),
                "head": self.events[-1]["digest"],
            },
            copy.deepcopy(self.roll),
            copy.deepcopy(self.events),
            copy.deepcopy(self.ballots) if closed else None,
        )


def finished(secrecy="open"):
    maker = Maker(secrecy)
    maker.cast([1, 2], "agree")
    maker.cast([3], "against", "paper")
    maker.cast([4], "agree", "proxy")
    maker.cast([5], "agree")
    return maker.close()


def relinked(events):
    """Events linked anew, as a forger would who knows how the chain is made."""
    made, previous = [], chain.GENESIS
    for number, event in enumerate(events, start=1):
        entry = {**event["entry"], "sequence": number}
        made.append(
            {
                "digest": chain.link(previous, entry),
                "entry": entry,
                "previous": previous,
            }
        )
        previous = made[-1]["digest"]
    return made


def forged(data, events):
    manifest = {**data.manifest, "events": len(events), "head": events[-1]["digest"]}
    return data._replace(manifest=manifest, events=events)


def test_folder_links_as_the_ground_does():
    value = {"b": [1, None, True, "中"], "a": {"x": "é"}}
    assert chain.canonical(value) == ground.canonical(value)
    assert chain.link(chain.GENESIS, value) == ground.link(ground.GENESIS, value)
    assert chain.GENESIS == ground.GENESIS
    with pytest.raises(TypeError):
        chain.canonical({"area": 1.5})


@pytest.mark.parametrize("secrecy", ["open", "secret"])
def test_right_archive_is_right(secrecy):
    maker = finished(secrecy)
    report = verify.verify(maker.archive())
    assert report.ok, report.errors
    assert report.facts["voted"] == 5
    assert report.facts["result"]["motions"][0]["outcome"] == "passed"


def test_archive_of_a_running_vote_has_no_ballots():
    maker = Maker()
    maker.cast([1, 2], "agree")
    report = verify.verify(maker.archive(closed=False))
    assert report.ok and "result" not in report.facts
    assert not verify.verify(maker.archive()).ok, "contents before the close"


@pytest.mark.parametrize("secrecy", ["open", "secret"])
@pytest.mark.parametrize("relink", [False, True])
def test_every_change_of_one_event_is_found(secrecy, relink):
    """Edit, delete, reorder, insert, at every place; the forger links anew."""
    data = finished(secrecy).archive()
    head = data.manifest["head"]
    tried = 0
    for name, events in mutations(data.events):
        bad = relinked(events) if relink else events
        if bad == data.events:
            continue  # linking anew has put the place in the chain right
        report = verify.verify(forged(data, bad), head=head)
        assert not report.ok, name
        tried += 1
    assert tried > 4 * len(data.events)


def mutations(events):
    count_of = len(events)
    for place in range(count_of):
        for path, changed in edits(events[place]["entry"]):
            copied = copy.deepcopy(events)
            copied[place]["entry"] = changed
            yield f"edit {path} of {place + 1}", copied
        yield f"delete {place + 1}", copy.deepcopy(events[:place] + events[place + 1 :])
        doubled = copy.deepcopy(
            [*events[: place + 1], events[place], *events[place + 1 :]]
        )
        yield f"insert after {place + 1}", doubled
        for other in range(place + 1, count_of):
            swapped = copy.deepcopy(events)
            swapped[place], swapped[other] = swapped[other], swapped[place]
            yield f"swap {place + 1} and {other + 1}", swapped


def edits(value, path=()):
    """``value`` with each of its parts changed, one at a time."""
    if isinstance(value, dict):
        for key in value:
            for where, changed in edits(value[key], (*path, key)):
                yield where, {**value, key: changed}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            for where, changed in edits(inner, (*path, place)):
                yield where, [*value[:place], changed, *value[place + 1 :]]
    elif isinstance(value, bool):
        yield path, not value
    elif isinstance(value, int):
        yield path, value + 1
    else:
        yield path, f"{value}x"


@pytest.mark.parametrize("secrecy", ["open", "secret"])
def test_every_change_of_a_ballot_or_the_roll_is_found(secrecy):
    data = finished(secrecy).archive()
    for place, ballot in enumerate(data.ballots):
        for path, changed in edits(ballot):
            ballots = [*data.ballots[:place], changed, *data.ballots[place + 1 :]]
            assert not verify.verify(data._replace(ballots=ballots)).ok, path
        gone = data.ballots[:place] + data.ballots[place + 1 :]
        assert not verify.verify(data._replace(ballots=gone)).ok
        twice = [*data.ballots, ballot]
        assert not verify.verify(data._replace(ballots=twice)).ok
    for place, line in enumerate(data.roll):
        for path, changed in edits(line):
            roll = [*data.roll[:place], changed, *data.roll[place + 1 :]]
            assert not verify.verify(data._replace(roll=roll)).ok, path
        roll = data.roll[:place] + data.roll[place + 1 :]
        assert not verify.verify(data._replace(roll=roll)).ok


@pytest.mark.parametrize(
    ("numbers", "channel", "hour"),
    [([1], "paper", 6), ([1], "online", 6), ([6], "online", 21), ([99], "online", 6)],
)
def test_forbidden_ballots_are_found(numbers, channel, hour):
    """A chain that is linked rightly, but tells of what must not be."""
    maker = Maker(electors=6)
    maker.cast([1, 2], "agree")
    data = {"channel": channel, "electors": numbers, "commitment": "f" * 64}
    maker.add("cast", data, hour)
    assert not verify.verify(maker.archive(closed=False)).ok


def test_wrong_count_is_found():
    maker = finished()
    events = copy.deepcopy(maker.events)
    events[-1]["entry"]["data"]["result"]["motions"][0]["agree"]["area"] += 1
    data = forged(maker.archive(), relinked(events))
    assert any("recount" in error for error in verify.verify(data).errors)


def test_receipts_are_found_by_their_short_code():
    maker = Maker()
    seal = maker.cast([1, 2], "agree")
    data = maker.close().archive()
    assert verify.verify(data, receipts=[chain.short(seal), seal]).ok
    assert not verify.verify(data, receipts=["0000-0000-0000-0000"]).ok
    assert not verify.verify(data, receipts=[""]).ok


def test_diff_proves_that_nothing_vanished():
    maker = Maker()
    maker.cast([1, 2], "agree")
    early = maker.archive(closed=False)
    maker.cast([3], "against")
    late = maker.close().archive()
    report = verify.diff(early, late)
    assert report.ok and report.facts["new events"] == 3
    assert not verify.diff(late, early).ok
    without = relinked([e for n, e in enumerate(late.events) if n != 2])
    assert not verify.diff(early, forged(late, without)).ok
    other = Maker()
    other.cast([1, 2], "against")
    assert not verify.diff(early, other.close().archive()).ok


@CALM
@given(st.integers(0, 10**9))
def test_any_byte_of_the_file_may_be_broken_without_a_crash(seed):
    chance = random.Random(seed)
    raw = bytearray(archive.write(finished().archive(), program=False))
    for _n in range(chance.randrange(1, 4)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    verify.verify(bytes(raw))


@pytest.mark.parametrize("source", [b"", b"PK\x03\x04", b"no archive at all"])
def test_what_is_no_archive_is_said_to_be_none(source):
    report = verify.verify(source)
    assert not report.ok and "archive" in report.errors[0]


@CALM
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    )
)
def test_malformed_archives_are_wrong_and_do_not_crash(value):
    data = finished().archive()
    events = [*data.events[:2], {**data.events[2], "entry": value}, *data.events[3:]]
    assert not verify.verify(data._replace(events=events)).ok
    assert not verify.verify(data._replace(ballots=[value])).ok


def test_copied_folder_runs_without_odoo(tmp_path):
    """What is in the archive is all that is needed: no addon, no Odoo."""
    maker = Maker()
    maker.cast([1, 2], "agree")
    (tmp_path / "early.zip").write_bytes(archive.write(maker.archive(closed=False)))
    seal = maker.cast([3], "agree")
    maker.cast([4, 5], "agree")
    late = tmp_path / "late.zip"
    late.write_bytes(archive.write(maker.close().archive()))
    shutil.unpack_archive(late, tmp_path)
    for words, code in (
        (["verify", "late.zip", "--receipt", chain.short(seal)], 0),
        (["verify", "late.zip", "--head", "0" * 64], 1),
        (["diff", "early.zip", "late.zip"], 0),
        (["diff", "late.zip", "early.zip"], 1),
    ):
        done = subprocess.run(
            [sys.executable, "-I", "-c", RUN, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert ("OK 复核一致" in done.stdout) == (code == 0)
    done = subprocess.run(
        [sys.executable, "-m", "voting", "verify", "late.zip", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["ok"]


#: Runs the folder as `python -m voting` does, and refuses to import Odoo.
RUN = """
import runpy, sys
sys.path.insert(0, "")
sys.modules["odoo"] = None
sys.argv[0] = "voting"
runpy.run_module("voting", run_name="__main__")
"""


def test_folder_of_the_addon_is_the_one_in_the_archive():
    names = {path.stem for path in FOLDER.glob("*.py")}
    assert names == set(archive.PROGRAM)
