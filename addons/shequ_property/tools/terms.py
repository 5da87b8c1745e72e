"""What changed between two versions of a contract, term by term."""


def rows_changed(before, after, name):
    """Return which rows of a list came, went and changed, by their key.

    :return: ``(came, went, changed)``: lists of rows, the last of pairs (old, new)
    """
    old = {str(row["key"]): row for row in (before or {}).get(name, [])}
    new = {str(row["key"]): row for row in after.get(name, [])}
    came = [row for key, row in new.items() if key not in old]
    went = [row for key, row in old.items() if key not in new]
    changed = [
        (old[key], row) for key, row in new.items() if key in old and old[key] != row
    ]
    return came, went, changed
