"""What a promise of a service contract is worth, counted (服务承诺).

Plain integers throughout: shares are per mille, averages of stars are thousandths of
a star, counts are counts.  No floats, so what is published can be recomputed to the
digit by whoever has the list behind it.
"""

#: Units of a value: share per mille, thousandths of a star, a whole number.
PER_MILLE, MILLI, WHOLE = "per_mille", "milli", "whole"
AT_LEAST, AT_MOST = "at_least", "at_most"
KEPT, BROKEN, NOTHING = "kept", "broken", "none"


def value(unit, numerator, denominator):
    """Return what has been counted as one integer.

    Rounded down: 949.9 ‰ is not 95 %.

    :param str unit: :data:`PER_MILLE`, :data:`MILLI` or :data:`WHOLE`
    :param int numerator: hits, the sum of stars, or the count itself
    :param int denominator: of how many; without meaning for :data:`WHOLE`
    :return: int, or None when there was nothing to measure
    :raises ValueError: for negative numbers or more hits than cases
    """
    if numerator < 0 or denominator < 0:
        raise ValueError("counts are not negative")
    if unit == WHOLE:
        return numerator
    if unit == PER_MILLE and numerator > denominator:
        raise ValueError("more hits than cases")
    if not denominator:
        return None
    return numerator * 1000 // denominator


def verdict(unit, direction, threshold, numerator, denominator):
    """Say whether a promise was kept.

    Compared without division, so that rounding decides nothing: 95 of 100 keeps
    「≥ 95 %」, and 18 of 19 (94.7 %) does not.

    :param str direction: :data:`AT_LEAST` or :data:`AT_MOST`
    :param int threshold: in the unit of the value
    :return: :data:`KEPT`, :data:`BROKEN`, or :data:`NOTHING` without a single case
    """
    if unit != WHOLE and not denominator:
        return NOTHING
    counted, needed = numerator, threshold
    if unit != WHOLE:
        counted, needed = numerator * 1000, threshold * denominator
    held = counted >= needed if direction == AT_LEAST else counted <= needed
    return KEPT if held else BROKEN


def score(results):
    """Return the weighted score of a sheet in per mille.

    :param results: pairs ``(state, weight)``; what could not be measured
        (:data:`NOTHING` and whatever is neither kept nor broken) does not count
    :return: int 0–1000, or None when nothing with a weight was judged
    """
    judged = [(state, weight) for state, weight in results if state in (KEPT, BROKEN)]
    whole = sum(weight for _state, weight in judged)
    if whole <= 0:
        return None
    return sum(weight for state, weight in judged if state == KEPT) * 1000 // whole


def deduction(results):
    """Return what is taken off: the amounts (cents) of the broken promises.

    :param results: pairs ``(state, cents)``
    """
    return sum(cents for state, cents in results if state == BROKEN)


def together(parts):
    """Add up several periods of one promise.

    :param parts: pairs ``(numerator, denominator)``
    """
    parts = list(parts)
    return sum(one for one, _all in parts), sum(of for _one, of in parts)
