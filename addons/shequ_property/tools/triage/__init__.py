"""Plain words become the right job for the right person; no Odoo in here."""

from .alarm import Alarm, alarm
from .lexicon import Entry, Lexicon, LexiconError, standard
from .triage import Guess, Reason, Report, Result, triage
