"""How the owners' committee judges: outcome of a review, score of a quarter.

Plain Python without Odoo.
"""

ACCEPTED, OBJECTED, SILENT = "accepted", "objected", "silent"


def outcome(accepts, objects):
    """Return what a review came to.

    More than half of those who signed have to accept; 过半数 leaves the number itself
    out (Civil Code, Art. 1259), so a draw is an objection.

    :param int accepts: members who accepted
    :param int objects: members who objected
    """
    if not accepts + objects:
        return SILENT
    return ACCEPTED if 2 * accepts > accepts + objects else OBJECTED


def score(marks):
    """Return the weighted mean of ``marks`` in tenths of a point, half up.

    :param marks: list of (weight, [points of the members, 0 to 100]); a criterion
        that nobody has marked does not count, nor does its weight
    :return: int (0 to 1000), or None when nothing was marked
    """
    total = weights = 0
    # One denominator for all means, so that nothing is rounded twice.
    counts = 1
    for _weight, points in marks:
        counts *= len(points) or 1
    for weight, points in marks:
        if points and weight > 0:
            total += weight * sum(points) * (counts // len(points))
            weights += weight
    if not weights:
        return None
    whole = weights * counts
    return (20 * total + whole) // (2 * whole)
