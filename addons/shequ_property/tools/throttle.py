"""How often something may happen: sliding windows over the times it did happen.

Counting within the last hour, not within the hour of the clock: at the turn of the
hour nobody gets twice the limit.
"""


def parse(text, fallback):
    """Limits as people write them into a setting: ``"1/60 5/3600 10/86400"``.

    :param str text: count/seconds, separated by spaces or commas
    :param str fallback: used when ``text`` is empty or says nothing usable
    :return: tuple of ``(count, seconds)``
    """
    limits = []
    for word in (text or "").replace(",", " ").split():
        count, _slash, seconds = word.partition("/")
        if count.isdecimal() and seconds.isdecimal() and int(seconds):
            limits.append((int(count), int(seconds)))
    return tuple(limits) or (parse(fallback, "") if fallback else ())


def decide(hits, limits, now):
    """Whether it may happen once more.

    :param hits: times at which it happened, in seconds
    :param limits: see `parse`; none means no limit
    :param now: the time now, in seconds
    :return: ``(hits, wait)``: the times to keep, with ``now`` when it may happen, and
        the seconds to wait, 0 when it may
    """
    longest = max((seconds for _count, seconds in limits), default=0)
    # A clock that was set back leaves times in the future: they count as now.
    kept = sorted(min(hit, now) for hit in hits if now - hit < longest)
    wait = 0
    for count, seconds in limits:
        recent = [hit for hit in kept if now - hit < seconds]
        if len(recent) >= count:
            free_at = recent[-count] + seconds if count else now + seconds
            wait = max(wait, int(free_at - now) + 1)
    if wait:
        return kept, wait
    return [*kept, now], 0
