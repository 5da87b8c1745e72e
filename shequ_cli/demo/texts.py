"""The CSV files of the demo community."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "data" / "demo"


@cache
def rows(name):
    """Return the rows of `data/demo/NAME.csv` as a tuple of dicts."""
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def grouped(name, key, value):
    """Return the values of one column by those of another."""
    groups = defaultdict(list)
    for row in rows(name):
        groups[row[key]].append(row[value])
    return dict(groups)


def phrase(rng, use, category=""):
    """Choose a phrase, one made for the category where there is one."""
    top = category.split(".")[0]
    fitting = [
        row["text"]
        for row in rows("phrases")
        if row["use"] == use and row["category"] in ("", top)
    ]
    return rng.choice(fitting)


def reply(rng, category):
    """Choose what a worker or the front desk writes when it is done."""
    replies = grouped("replies", "category", "text")
    return rng.choice(replies.get(category) or replies[category.split(".")[0]])
