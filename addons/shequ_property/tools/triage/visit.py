"""What the worker should know before the visit, once the category is settled.

Triage gives hints with its proposal; after a person has put a report elsewhere, or
where a person chose from the start, the same rules are asked for what was decided.
"""

from .lexicon import standard
from .triage import Triage


def visit_hints(report, category, kind, urgency, lexicon=None, context=None):
    """Return (hints, flags) of a report whose matter is decided.

    :param Report report: what came in
    :param str category: code; may be empty
    :param str kind: kind of the ticket
    :param str urgency: red, orange, yellow or blue
    :param dict context: as `triage` takes it
    :return: two tuples of codes
    """
    one = Triage(report, lexicon or standard(), None, context)
    one.find_dangers()
    for danger, _start, words in one.dangers:
        for flag in danger.flags:
            one.flags.setdefault(flag, words)
    known = one.situation()
    one.mild_flags()
    hints = one.hints(category or "", kind, urgency, known)
    return hints, tuple(sorted(one.flags))
