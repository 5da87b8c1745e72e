#!/usr/bin/env python3
"""Check what an estate has published: plain Python, no Odoo, no other file.

    python3 verify_disclosures.py chain.json [another.json …]
    python3 verify_disclosures.py chain.json --head 5f2c…
    python3 verify_disclosures.py chain.json --files contract.pdf report.pdf folder/

An export comes from the page “What has been published” (all of it, or one version).
For each version the script computes the SHA-256 of its canonical JSON and the link of
the chain, looks for gaps and for versions that do not name the one they replace, and
adds up the entries where the export holds them.  ``--head`` compares the end of the
chain with the digest on the notice board; ``--files`` compares papers that were
published, such as the scan of a contract, with the digests in the documents.

It ends with 0 when everything fits, with 1 and a list of what does not, otherwise.
"""

import argparse
import hashlib
import json
import os
import sys

FORMAT = "shequ-disclosure-chain/1"
GENESIS = "0" * 64


def canonical(value):
    """Canonical JSON: keys sorted, no spaces, UTF-8, no floats."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def digest(value):
    return hashlib.sha256(canonical(value)).hexdigest()


def link(previous, entry):
    return digest({"entry": entry, "previous": previous})


def verify(export, head=""):
    """Return what is wrong with an export, a sentence each.

    :param dict export: a parsed file
    :param str head: digest that the chain has to end with, empty for any
    """
    if not isinstance(export, dict) or export.get("format") != FORMAT:
        return [f"this is no export of the format {FORMAT}"]
    problems, previous, documents = [], None, {}
    versions = export.get("versions") or []
    for row in versions:
        problems += _check_row(row, export["estate"])
        if previous:
            if row["chain_number"] != previous["chain_number"] + 1:
                problems.append(
                    f"number {previous['chain_number'] + 1} of the chain is missing"
                )
            elif row["previous"] != previous["chain"]:
                problems.append(f"{_name(row)}: does not follow the one before it")
        elif row["chain_number"] == 1 and row["previous"] != GENESIS:
            problems.append(f"{_name(row)}: is the first but names one before it")
        previous = row
        problems += _check_replaces(row, documents, len(versions) > 1)
    problems += _check_entries(export)
    if head and (previous is None or previous["chain"] != head.strip().lower()):
        problems.append("the chain does not end with the digest on the notice board")
    return problems


def _name(row):
    return f"number {row['chain_number']}"


def _check_row(row, estate):
    problems = []
    text = row["document"]
    if text is not None:
        found = hashlib.sha256(text.encode()).hexdigest()
        if found != row["sha256"]:
            problems.append(
                f"{_name(row)}: the document was changed "
                f"(published {row['sha256'][:12]}…, found {found[:12]}…)"
            )
        try:
            document = json.loads(text, parse_float=_no_float)
        except ValueError as error:
            return [*problems, f"{_name(row)}: the document cannot be read: {error}"]
        if canonical(document).decode() != text:
            problems.append(f"{_name(row)}: the document is not canonical")
        if document.get("number") != row["number"]:
            problems.append(f"{_name(row)}: the document has another version number")
        if (document.get("estate") or {}).get("code") != estate:
            problems.append(f"{_name(row)}: the document is of another estate")
    entry = {
        "estate": estate,
        "number": row["chain_number"],
        "sha256": row["sha256"],
    }
    if link(row["previous"], entry) != row["chain"]:
        problems.append(f"{_name(row)}: the link of the chain is broken")
    return problems


def _no_float(text):
    raise ValueError(f"{text} is no whole number")


def _check_replaces(row, seen, whole):
    """A version after the first names the digest of the one it replaces."""
    if row["document"] is None:
        # Withheld: its digest still counts as seen.
        seen[row["sha256"]] = True
        return []
    try:
        document = json.loads(row["document"])
    except ValueError:
        return []
    seen[row["sha256"]] = True
    replaces = document.get("replaces")
    if row["number"] > 1 and not replaces:
        return [f"{_name(row)}: does not name the version it replaces"]
    if whole and replaces and replaces not in seen:
        return [f"{_name(row)}: replaces a version that is not in the chain"]
    return []


def _check_entries(export):
    """Add up the entries of a single version and compare digest, number and sum."""
    entries = export.get("entries")
    if not entries or not export["versions"]:
        return []
    try:
        content = json.loads(export["versions"][0]["document"])["content"]
    except (ValueError, TypeError, KeyError):
        return []
    hashes, counts, sums = {}, {}, {}
    for key, day, name, account, value in entries:
        hashes.setdefault(key, hashlib.sha256()).update(
            canonical([day, name, account, value]) + b"\n"
        )
        counts[key] = counts.get(key, 0) + 1
        sums[key] = sums.get(key, 0) + value
    problems = []
    for figure in content["figures"]:
        key = figure["key"]
        if figure.get("entries_sha256"):
            if key not in hashes or hashes[key].hexdigest() != figure["entries_sha256"]:
                problems.append(f"{figure['label']}: the entries were changed")
            elif figure["kind"] == "money" and sums[key] != figure["value"]:
                problems.append(f"{figure['label']}: the entries add up to {sums[key]}")
            elif counts[key] != figure["entries"]:
                problems.append(f"{figure['label']}: {counts[key]} entries")
        elif figure["origin"] == "books" and figure["kind"] == "money":
            found = _total(key, sums)
            if found != figure["value"]:
                problems.append(f"{figure['label']}: the entries add up to {found}")
    return problems


def _total(key, sums):
    """Sum of a section; ``balance`` is income less expenses."""
    if key.split("/")[-1] == "balance":
        prefix = key[: -len("balance")]
        return _total(f"{prefix}income", sums) - _total(f"{prefix}expense", sums)
    return sum(value for one, value in sums.items() if one.startswith(f"{key}/"))


def files_of(export):
    """Return {SHA-256: name} of the papers that the documents of an export name."""
    found = {}
    for row in export.get("versions") or []:
        try:
            content = json.loads(row["document"])["content"]
        except (ValueError, TypeError, KeyError):
            continue
        found.update(
            {file["sha256"]: file["name"] for file in content.get("files", [])}
        )
    return found


def check_files(published, paths):
    """Compare papers on the disk with those that were published.

    :param dict published: see :func:`files_of`
    :param paths: files, or folders with files
    :return: pair: what is wrong, a sentence each; digests of the papers that fit
    """
    problems, fit = [], set()
    names = set(published.values())
    for path in paths:
        inside = [path]
        if os.path.isdir(path):
            inside = sorted(entry.path for entry in os.scandir(path) if entry.is_file())
        for one in inside:
            found = hashlib.sha256()
            with open(one, "rb") as file:
                while piece := file.read(1 << 20):
                    found.update(piece)
            if found.hexdigest() in published:
                fit.add(found.hexdigest())
            elif os.path.basename(one) in names:
                problems.append(f"{one}: is not what was published under this name")
            else:
                problems.append(f"{one}: belongs to nothing that was published")
    return problems, fit


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("exports", nargs="+", help="exports (JSON)")
    parser.add_argument("--head", default="", help="digest on the notice board")
    parser.add_argument(
        "--files", nargs="+", default=[], help="published papers, or folders of them"
    )
    args = parser.parse_args(argv)
    wrong, papers = 0, {}
    for path in args.exports:
        try:
            with open(path, encoding="utf-8") as file:
                export = json.load(file)
            problems = verify(export, args.head)
            papers.update(files_of(export))
        except (OSError, ValueError, KeyError, TypeError) as error:
            problems = [f"cannot be read: {error}"]
        for problem in problems:
            sys.stdout.write(f"{path}: {problem}\n")
        wrong += bool(problems)
        if not problems:
            rows = export["versions"]
            end = rows[-1]["chain"] if rows else GENESIS
            sys.stdout.write(
                f"{path}: {len(rows)} versions, all as published; chain ends {end}\n"
            )
    if args.files:
        problems, fit = check_files(papers, args.files)
        for problem in problems:
            sys.stdout.write(f"{problem}\n")
        sys.stdout.write(f"{len(fit)} of {len(papers)} papers are as published\n")
        wrong += bool(problems)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
