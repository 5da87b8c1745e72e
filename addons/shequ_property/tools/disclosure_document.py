"""What a published version says, as one plain value.

Plain Python without Odoo.  The document is what is digested, so it holds texts and
whole numbers alone: money in cents, rates and stars in one-thousandths, moments as
text.

``content`` of a document::

    {"summary": str,
     "facts": [[label, value], …],
     "figures": [{"key", "section", "label", "kind": "money"|"count"|"permille"|"milli",
                  "value": int, "origin": "books"|"tickets"|"contract"|"hand",
                  "entries": int, "entries_sha256": str, "note": str}, …],
     "tables": [{"title": str, "columns": [str, …], "rows": [[str|int, …], …]}, …],
     "files": [{"name", "type": media type, "size": bytes, "sha256",
                "checked_by": who looked for personal data, "checked_at"}, …]}

``files`` is there only where there are some.
"""

import hashlib

from . import chain

FORMAT = "shequ-disclosure/1"
PARTS = ("summary", "facts", "figures", "tables", "files")


def tidy(content):
    """Return ``content`` with all its parts and nothing else.

    :raises ValueError: with the name of the part that is not as it has to be
    """
    unknown = set(content) - set(PARTS)
    if unknown:
        raise ValueError(", ".join(sorted(unknown)))
    result = {
        "summary": content.get("summary") or "",
        "facts": [list(fact) for fact in content.get("facts") or ()],
        "figures": [dict(figure) for figure in content.get("figures") or ()],
        "tables": [
            {
                "title": table.get("title") or "",
                "columns": list(table["columns"]),
                "rows": [list(row) for row in table["rows"]],
            }
            for table in content.get("tables") or ()
        ],
    }
    if content.get("files"):
        result["files"] = [dict(file) for file in content["files"]]
    if not isinstance(result["summary"], str):
        raise ValueError("summary")
    if any(len(fact) != 2 for fact in result["facts"]):
        raise ValueError("facts")
    for table in result["tables"]:
        if any(len(row) != len(table["columns"]) for row in table["rows"]):
            raise ValueError(table["title"] or "tables")
    try:
        chain.canonical(result)
    except TypeError as error:
        raise ValueError(str(error)) from error
    return result


def amount(kind, value):
    """Write a figure: cents as yuan, one-thousandths as per cent, counts plainly."""
    if kind == "count":
        return f"{value:,}"
    sign, digits = ("-" if value < 0 else ""), abs(value)
    if kind == "permille":
        return f"{sign}{digits // 10}.{digits % 10}%"
    if kind == "milli":
        return f"{sign}{digits // 1000}.{digits % 1000:03d}"
    return f"{sign}{digits // 100:,}.{digits % 100:02d}"


def size(count):
    """Write a number of bytes: “812 B”, “64 KB”, “2.1 MB”."""
    if count < 1024:
        return f"{count} B"
    if count < 1024 * 1024:
        return f"{count // 1024} KB"
    tenths = count * 10 // (1024 * 1024)
    return f"{tenths // 10}.{tenths % 10} MB"


def permille(part, whole):
    """``part`` of ``whole`` in one-thousandths, half up; 0 of nothing."""
    return (2000 * part + whole) // (2 * whole) if whole else 0


def changes(old, new):
    """Say what is different between two contents, line by line.

    :return: list of dicts with ``label``, ``before`` and ``after``; the text that is
        missing on one side is empty there
    """
    before, after = _flat(old), _flat(new)
    rows = []
    for key in [*before, *(key for key in after if key not in before)]:
        left, right = before.get(key), after.get(key)
        if left != right:
            rows.append({"label": key[1], "before": left or "", "after": right or ""})
    return rows


def _flat(content):
    """One text for each line, by what makes the line the same in both versions."""
    lines = {("summary", ""): content.get("summary") or ""}
    for label, value in content.get("facts") or ():
        lines["fact", label] = str(value)
    for figure in content.get("figures") or ():
        text = amount(figure["kind"], figure["value"])
        note = figure.get("note")
        lines["figure", figure["label"], figure["key"]] = (
            f"{text} · {note}" if note else text
        )
    for place, table in enumerate(content.get("tables") or ()):
        for number, row in enumerate(table["rows"]):
            label = f"{table['title']} {number + 1}"
            lines["table", label, place] = " · ".join(map(str, row))
    for file in content.get("files") or ():
        lines["file", file["name"]] = f"{size(file['size'])} · {file['sha256'][:12]}…"
    return {key: text for key, text in lines.items() if text}


class EntryDigest:
    """SHA-256 over the entries behind a figure, one line of canonical JSON each.

    The order is part of it: date, name of the voucher, number of the line.
    """

    def __init__(self):
        self._hash = hashlib.sha256()
        self.count = 0
        self.total = 0

    def add(self, day, name, account, cents):
        """Add an entry: date as ``YYYY-MM-DD``, voucher, account, amount in cents."""
        self._hash.update(chain.canonical([day, name, account, cents]) + b"\n")
        self.count += 1
        self.total += cents

    def hexdigest(self):
        return self._hash.hexdigest()


def view(content):
    """Arrange a content for reading: figures by section, each with its text.

    :return: dict with ``summary``, ``facts`` (dicts with ``key``, ``label``,
        ``value``), ``sections`` (dicts with ``title``, ``rows``), ``tables`` and
        ``files`` (with ``number`` and ``size_text``)
    """
    sections = {}
    for figure in content.get("figures") or ():
        rows = sections.setdefault(figure.get("section") or "", [])
        rows.append({**figure, "text": amount(figure["kind"], figure["value"])})
    return {
        "summary": content.get("summary") or "",
        "facts": [
            {"key": f"fact/{number}", "label": str(label), "value": str(value)}
            for number, (label, value) in enumerate(content.get("facts") or (), 1)
        ],
        "sections": [
            {"title": title, "rows": rows} for title, rows in sections.items()
        ],
        "tables": content.get("tables") or [],
        "files": [
            {**file, "number": number, "size_text": size(file["size"])}
            for number, file in enumerate(content.get("files") or (), 1)
        ],
    }


def labels(content):
    """Return {key: label} of what can be asked about."""
    seen = view(content)
    rows = [row for section in seen["sections"] for row in section["rows"]]
    return {row["key"]: row["label"] for row in [*seen["facts"], *rows]}


def entries_key(key):
    """Return the LIKE patterns of the entries a figure adds up.

    ``expense`` is the sum of all ``expense/…``, ``balance`` of everything.
    """
    if key.split("/")[-1] == "balance":
        prefix = key.removesuffix("balance")
        return [f"{prefix}income/%", f"{prefix}expense/%"]
    return [key, f"{key}/%"]
