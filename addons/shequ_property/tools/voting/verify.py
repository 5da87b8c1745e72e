"""Checking an archive: the chain, the roll, every ballot, the count.

:func:`verify` trusts nothing that the archive says of itself, save the head of the
chain when nobody has noted an earlier one.  :func:`diff` proves that an archive holds
all that an earlier one held.
"""

from . import archive as archives
from . import chain, count


class Report:
    """What was found: ``errors`` (texts), ``facts`` (name → value)."""

    def __init__(self):
        self.errors = []
        self.facts = {}

    @property
    def ok(self):
        return not self.errors

    def wrong(self, text, **values):
        self.errors.append(text.format(**values))


def verify(source, head=None, receipts=()):
    """Check an archive and recount it.

    :param source: path, bytes or :class:`archive.Archive`
    :param str head: a head of the chain noted earlier; the chain has to contain it
    :param receipts: codes of receipts that have to be found
    :return: :class:`Report`
    """
    report = Report()
    try:
        data = _load(source)
        _Check(data, report).run(head, receipts)
    except archives.BadArchive as error:
        report.wrong("{error}", error=error)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        report.wrong("the archive is malformed: {error!r}", error=error)
    return report


def diff(earlier, later):
    """Check that nothing of ``earlier`` has vanished from ``later``.

    :return: :class:`Report`; the later archive is verified as a whole, too
    """
    report = verify(later)
    try:
        old, new = _load(earlier), _load(later)
        _compare(old, new, report)
    except archives.BadArchive as error:
        report.wrong("{error}", error=error)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        report.wrong("the archive is malformed: {error!r}", error=error)
    return report


def _load(source):
    if isinstance(source, archives.Archive):
        return source
    return archives.read(source)


def _compare(old, new, report):
    if old.manifest["vote"] != new.manifest["vote"]:
        report.wrong("the archives are of two different votes")
    if len(old.events) > len(new.events):
        report.wrong(
            "{count} events of the earlier archive are gone",
            count=len(old.events) - len(new.events),
        )
    for number, (one, other) in enumerate(
        zip(old.events, new.events, strict=False), start=1
    ):
        if one != other:
            report.wrong("event {number} is not what it was", number=number)
            break
    if _opened(old) and old.roll != new.roll:
        report.wrong("the roll is not what it was")
    if old.ballots is not None:
        there = {chain.canonical(ballot) for ballot in new.ballots or ()}
        gone = sum(chain.canonical(ballot) not in there for ballot in old.ballots)
        if gone:
            report.wrong("{gone} ballots of the earlier archive are gone", gone=gone)
    report.facts["new events"] = len(new.events) - len(old.events)


def _opened(data):
    return any(event["entry"]["kind"] == "opened" for event in data.events)


class _Check:
    def __init__(self, data, report):
        self.data, self.report = data, report
        self.wrong = report.wrong
        self.opened = self.closes_at = None
        self.closed = self.counted = None
        self.phase = "before"
        self.cast = {}  # elector → (channel, commitment) of the last ballot
        self.events_of = []  # commitments or (electors) in order
        self.sealed = []
        self.seen = {}  # commitment → electors

    def run(self, head, receipts):
        self._chain(head)
        self.roll = {line["number"]: line for line in self.data.roll}
        if len(self.roll) != len(self.data.roll):
            self.wrong("a number is on the roll twice")
        for event in self.data.events:
            self._event(event["entry"])
        if self.opened:
            self._roll()
            self._ballots()
        elif self.cast:
            self.wrong("there are ballots but no opening")
        for code in receipts:
            self._receipt(code)
        facts = self.report.facts
        facts["vote"] = self.data.manifest["vote"]
        facts["events"] = len(self.data.events)
        facts["head"] = self.data.events[-1]["digest"] if self.data.events else None
        facts["electors"] = len(self.data.roll)
        facts["voted"] = len(self.cast)

    # --- the chain ---------------------------------------------------------

    def _chain(self, head):
        vote, previous, before = self.data.manifest["vote"], chain.GENESIS, ""
        found = head is None
        for number, event in enumerate(self.data.events, start=1):
            entry = event["entry"]
            if set(event) != {"entry", "previous", "digest"} or set(entry) != {
                "at",
                "data",
                "kind",
                "sequence",
                "vote",
            }:
                self.wrong("event {number} has another form", number=number)
            if entry["sequence"] != number or entry["vote"] != vote:
                self.wrong("event {number} is out of place", number=number)
            if event["previous"] != previous:
                self.wrong("event {number} does not follow the last", number=number)
            if chain.link(event["previous"], entry) != event["digest"]:
                self.wrong("event {number} was changed", number=number)
            if entry["at"] < before:
                self.wrong("event {number} is earlier than the last", number=number)
            before = max(before, entry["at"])
            previous = event["digest"]
            found = found or previous == head
        manifest = self.data.manifest
        if self.data.events and manifest["head"] != previous:
            self.wrong("the head of the chain is not the one in the manifest")
        if manifest["events"] != len(self.data.events):
            self.wrong("the number of events is not the one in the manifest")
        if not found:
            self.wrong("the chain does not contain the head {head}", head=head)

    # --- what happened ------------------------------------------------------

    def _event(self, entry):
        kind, data, number = entry["kind"], entry["data"], entry["sequence"]
        if kind in chain.BEFORE and self.phase != "before":
            self.wrong("event {n}: {kind} after the opening", n=number, kind=kind)
        if kind in chain.RUNNING and self.phase != "running":
            self.wrong("event {n}: {kind} while not open", n=number, kind=kind)
        if kind in chain.AFTER and self.phase != "after":
            self.wrong("event {n}: {kind} before the close", n=number, kind=kind)
        handle = getattr(self, f"_on_{kind}", None)
        if handle:
            handle(entry, data, number)

    def _on_opened(self, entry, data, number):
        if self.opened:
            self.wrong("event {n}: opened twice", n=number)
        self.phase, self.opened, self.closes_at = "running", data, data["closes_at"]

    def _on_extended(self, entry, data, number):
        if self.closes_at != self.opened["closes_at"]:
            self.wrong("event {n}: extended twice", n=number)
        if entry["at"] >= self.closes_at or data["closes_at"] <= self.closes_at:
            self.wrong("event {n}: no valid extension", n=number)
        self.closes_at = data["closes_at"]

    def _on_cast(self, entry, data, number):
        electors = data["electors"]
        # Paper that was returned in time may be keyed later, before the count.
        if entry["at"] >= self.closes_at and data["channel"] != "paper":
            self.wrong("event {n}: a ballot after the close", n=number)
        if not electors or len(set(electors)) != len(electors):
            self.wrong("event {n}: a ballot of nobody, or twice of one", n=number)
        secret = self.opened["secrecy"] == "secret"
        for elector in electors:
            if elector not in self.roll:
                self.wrong(
                    "event {n}: elector {e} is not on the roll", n=number, e=elector
                )
            earlier = self.cast.get(elector)
            if earlier and (secret or not self.opened["allow_change"]):
                self.wrong("event {n}: elector {e} votes twice", n=number, e=elector)
            if earlier and earlier[0] != data["channel"]:
                self.wrong(
                    "event {n}: elector {e} votes in two ways", n=number, e=elector
                )
            self.cast[elector] = (data["channel"], data.get("commitment"))
        self.events_of.append(data)
        if not secret:
            if data["commitment"] in self.seen:
                self.wrong("event {n}: a ballot is there twice", n=number)
            self.seen[data["commitment"]] = sorted(electors)

    def _on_sealed(self, entry, data, number):
        for commitment in data["commitments"]:
            if commitment in self.seen:
                self.wrong("event {n}: a ballot is there twice", n=number)
            self.seen[commitment] = None

    def _on_closed(self, entry, data, number):
        if self.phase != "running":
            self.wrong("event {n}: closed while not open", n=number)
        elif entry["at"] < self.closes_at:
            self.wrong("event {n}: closed too early", n=number)
        self.phase, self.closed = "after", data
        if data["voted"] != len(self.cast):
            self.wrong("event {n}: another number of units has voted", n=number)

    def _on_counted(self, entry, data, number):
        if self.counted:
            self.wrong("event {n}: counted twice", n=number)
        self.counted = data

    # --- roll and ballots ----------------------------------------------------

    def _roll(self):
        told = self.opened["roll"]
        found = {
            "area": sum(line["area"] for line in self.data.roll),
            "digest": chain.digest(self.data.roll),
            "electors": len(self.data.roll),
            "heads": len({line["head"] for line in self.data.roll}),
        }
        for name, value in found.items():
            if told[name] != value:
                self.wrong("the roll is not the one of the opening ({name})", name=name)

    def _ballots(self):
        ballots = self.data.ballots
        if ballots is None:
            if self.counted:
                self.wrong("the ballots are missing")
            return
        if not self.closed:
            self.wrong("there are ballots in the archive of a vote that is not closed")
        by_seal = {}
        for number, ballot in enumerate(ballots, start=1):
            seal = chain.digest(ballot)
            if seal in by_seal:
                self.wrong("ballot {n} is there twice", n=number)
            if seal not in self.seen:
                self.wrong("ballot {n} is not in the chain", n=number)
            if ballot["vote"] != self.data.manifest["vote"]:
                self.wrong("ballot {n} is of another vote", n=number)
            by_seal[seal] = ballot
        if missing := [seal for seal in self.seen if seal not in by_seal]:
            self.wrong("{n} ballots of the chain are missing", n=len(missing))
            return
        self._recount(by_seal)

    def _recount(self, by_seal):
        if self.opened["secrecy"] == "secret":
            entries = self._secret(by_seal)
        else:
            entries = self._open(by_seal)
        motions, roll = self.opened["motions"], self.opened["roll"]
        for _area, _head, choices in entries:
            try:
                if count.normal_choices(motions, choices) != choices:
                    self.wrong("a ballot has another form: {choices}", choices=choices)
            except ValueError as error:
                self.wrong("a ballot cannot be: {error}", error=error)
        result = count.count(
            motions,
            entries,
            {"area": roll["area"], "heads": roll["heads"]},
            self.opened["rules"]["silent_follow_majority"],
        )
        self.report.facts["result"] = result
        if self.counted and self.counted["result"] != result:
            self.wrong("the recount gives another result")

    def _open(self, by_seal):
        for seal, electors in self.seen.items():
            if by_seal[seal]["electors"] != electors:
                self.wrong("a ballot names other electors than the chain")
        return [
            (
                self.roll[elector]["area"],
                self.roll[elector]["head"],
                by_seal[seal]["choices"],
            )
            for elector, (_channel, seal) in self.cast.items()
            if elector in self.roll
        ]

    def _secret(self, by_seal):
        """Who voted and what was voted are told apart; their weights have to agree."""
        weights = sorted(
            sum(self.roll[elector]["area"] for elector in event["electors"])
            for event in self.events_of
        )
        heads = [
            {self.roll[elector]["head"] for elector in event["electors"]}
            for event in self.events_of
        ]
        if any(len(head) != 1 for head in heads) or len(
            {next(iter(head), None) for head in heads}
        ) != len(heads):
            self.wrong("an owner has more or less than one secret ballot")
        if sorted(ballot["area"] for ballot in by_seal.values()) != weights:
            self.wrong("the secret ballots do not weigh what those who voted weigh")
        return [
            (ballot["area"], seal, ballot["choices"])
            for seal, ballot in by_seal.items()
        ]

    def _receipt(self, code):
        if not any(chain.matches(code, seal) for seal in self.seen):
            self.wrong("the receipt {code} is not in the chain", code=code)
        else:
            self.report.facts[f"receipt {code}"] = "found"
