"""Turning a voice note into words: what a speech service has to offer.

No service comes with the addon, since each means that recordings of residents leave
the house: a company that wants one registers it from an addon of its own::

    @speech.service("acme", "Acme Speech")
    class AcmeSpeech(speech.Service):
        def transcribe(self, raw, mimetype, language):
            return self.client.recognise(raw)

The one for development, which hears nothing, shows how the rest works.
"""

SERVICES = {}


class SpeechError(Exception):
    """The service could not do it this time; it is tried again."""


class Service:
    """One speech service.

    :param dict settings: what the company has set, such as its address and key
    """

    label = ""

    def __init__(self, settings=None):
        self.settings = settings or {}

    def transcribe(self, raw, mimetype, language):
        """Return the words of a recording, "" when nobody speaks in it.

        :param bytes raw: the file
        :param str mimetype: such as ``audio/webm``
        :param str language: such as ``zh_CN``
        :raises SpeechError: when it could not be done now

        Called by a scheduled job, never while somebody reports; it gives up by itself
        within a minute.
        """
        raise NotImplementedError


def service(key, label):
    """Register a class as the service `key`."""

    def register(cls):
        cls.label = label
        SERVICES[key] = cls
        return cls

    return register


@service("log", "Nobody: a sentence for development")
class DevelopmentSpeech(Service):
    """For development and shows: says how long the file is, and sends it nowhere."""

    def transcribe(self, raw, mimetype, language):
        return f"({mimetype}, {len(raw)})"


def mark(description, words, label):
    """Return a description with a transcript at its end, marked as one.

    :param str label: such as "Transcript", in the reader's language
    """
    line = f"[{label}] {' '.join(words.split())}"
    kept = (description or "").rstrip()
    return f"{kept}\n{line}" if kept else line
