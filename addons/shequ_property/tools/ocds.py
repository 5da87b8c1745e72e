"""Service contracts as Open Contracting data (OCDS 1.1): releases and records.

Plain Python from plain dicts.  A release says what happened once and is not changed;
a record gathers the releases of one contracting process and says how things stand.
https://standard.open-contracting.org/1.1/en/

Amounts are given in whole cents and become numbers of the currency's unit here, as
the standard wants them.
"""

import copy

VERSION = "1.1"
#: Of a release, by what happened to the contract.
TAGS = {
    "new": "contract",
    "amended": "contractAmendment",
    "ended": "contractTermination",
}
STATUS = {"draft": "pending", "active": "active", "ended": "terminated"}
#: Of a measured promise (milestoneStatus, a closed list).
MILESTONES = {"kept": "met", "broken": "notMet", "none": "scheduled"}
ZONE = "+08:00"


def money(cents, currency):
    """Return an amount as the standard has it: a number and a currency.

    :param int cents: hundredths of the currency's unit
    """
    amount = cents // 100 if cents % 100 == 0 else round(cents / 100, 2)
    return {"amount": amount, "currency": currency}


def moment(value):
    """Return a day as a date-time of China: midnight, or what it is already."""
    text = str(value)
    return text if "T" in text else f"{text}T00:00:00{ZONE}"


def period(start, end):
    """Return a period; one without an end has none."""
    found = {"startDate": moment(start)}
    if end:
        found["endDate"] = f"{end}T23:59:59{ZONE}"
    return found


def party(key, name, roles, scheme="", number=""):
    """Return an organisation of the process.

    :param str scheme: list of organisations the number is from (org-id.guide)
    """
    found = {"id": key, "name": name, "roles": list(roles)}
    if scheme and number:
        found["identifier"] = {"scheme": scheme, "id": number, "legalName": name}
    return found


def release(contract, prefix, event):
    """Return one release.

    :param dict contract: ``key`` (of the process, without the prefix), ``number``,
        ``title``, ``description``, ``status`` (draft, active, ended), ``date_from``,
        ``date_to``, ``signed_on``, ``currency``, ``buyer`` and ``supplier`` (dicts
        with key, name, and perhaps scheme and number), ``prices`` (key, name, cents,
        unit), ``documents`` (key, title, format, date), ``amendments`` (key, date,
        reason, release, amends), ``milestones`` (key, title, description, due, state)
    :param str prefix: registered prefix of the publisher
    :param dict event: ``id``, ``date``, ``kind`` (new, amended, ended), ``language``
    """
    buyer, supplier = contract["buyer"], contract["supplier"]
    ref = {"id": supplier["key"], "name": supplier["name"]}
    award = {
        "id": f"{contract['key']}-award",
        "title": contract["title"],
        "status": "active",
        "date": moment(contract.get("signed_on") or contract["date_from"]),
        "suppliers": [ref],
    }
    return {
        "ocid": f"{prefix}-{contract['key']}",
        "id": event["id"],
        "date": moment(event["date"]),
        "tag": [TAGS[event["kind"]]],
        "initiationType": "tender",
        "language": event.get("language", "zh"),
        "parties": [
            party(who["key"], who["name"], [role], who.get("scheme"), who.get("number"))
            for who, role in ((buyer, "buyer"), (supplier, "supplier"))
        ],
        "buyer": {"id": buyer["key"], "name": buyer["name"]},
        "awards": [award],
        "contracts": [_contract(contract, award["id"])],
    }


def _contract(contract, award_id):
    found = {
        "id": contract["number"],
        "awardID": award_id,
        "title": contract["title"],
        "status": STATUS[contract["status"]],
        "period": period(contract["date_from"], contract.get("date_to")),
    }
    if contract.get("description"):
        found["description"] = contract["description"]
    if contract.get("signed_on"):
        found["dateSigned"] = moment(contract["signed_on"])
    lists = {
        "items": [_item(row, contract["currency"]) for row in contract["prices"]],
        "documents": [_document(row) for row in contract.get("documents", [])],
        "amendments": [_amendment(row) for row in contract.get("amendments", [])],
    }
    # An empty list says nothing and is an error of the standard.
    found.update({name: rows for name, rows in lists.items() if rows})
    milestones = [_milestone(row) for row in contract.get("milestones", [])]
    if milestones:
        found["implementation"] = {"milestones": milestones}
    return found


def _item(row, currency):
    return {
        "id": row["key"],
        "description": row["name"],
        "unit": {"name": row["unit"], "value": money(row["cents"], currency)},
    }


def _document(row):
    found = {"id": row["key"], "documentType": "contractSigned", "title": row["title"]}
    if row.get("format"):
        found["format"] = row["format"]
    if row.get("date"):
        found["datePublished"] = moment(row["date"])
    return found


def _amendment(row):
    found = {
        "id": row["key"],
        "date": moment(row["date"]),
        "rationale": row["reason"],
        "releaseID": row["release"],
    }
    if row.get("amends"):
        found["amendsReleaseID"] = row["amends"]
    return found


def _milestone(row):
    return {
        "id": row["key"],
        "title": row["title"],
        "type": "delivery",
        "description": row["description"],
        "dueDate": moment(row["due"]),
        "status": MILESTONES[row["state"]],
    }


def merge(releases):
    """Return the compiled release: how things stand after these, in order of date.

    Objects are merged, lists of objects with an ``id`` by it, everything else is
    replaced by the later one (OCDS 1.1, merging).

    :param list releases: of one process, at least one
    """
    ordered = sorted(releases, key=lambda one: one["date"])
    merged = {}
    for one in ordered:
        merged = _merged(merged, one)
    merged["tag"] = ["compiled"]
    merged["id"] = f"{merged['ocid']}-{merged['date']}"
    return merged


def _merged(old, new):
    found = copy.deepcopy(old)
    for name, value in new.items():
        before = found.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            found[name] = _merged(before, value)
        elif _by_id(value) and _by_id(before):
            found[name] = _merged_rows(before, value)
        else:
            found[name] = copy.deepcopy(value)
    return found


def _by_id(value):
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, dict) and "id" in row for row in value)
    )


def _merged_rows(old, new):
    rows = {row["id"]: row for row in copy.deepcopy(old)}
    for row in new:
        rows[row["id"]] = _merged(rows.get(row["id"], {}), row)
    return list(rows.values())


def record(releases):
    """Return the record of a process: its releases and how things stand.

    :raises ValueError: when they are not all of one process
    """
    if len({one["ocid"] for one in releases}) != 1:
        raise ValueError("a record is of one contracting process")
    return {
        "ocid": releases[0]["ocid"],
        "releases": sorted(releases, key=lambda one: one["date"]),
        "compiledRelease": merge(releases),
    }


def release_package(releases, uri, publisher, published):
    """Return a package of releases, as it is published."""
    return {**_package(uri, publisher, published), "releases": list(releases)}


def record_package(records, uri, publisher, published):
    """Return a package of records, as it is published."""
    return {**_package(uri, publisher, published), "records": list(records)}


def _package(uri, publisher, published):
    return {
        "uri": uri,
        "version": VERSION,
        "publishedDate": moment(published),
        "publisher": {"name": publisher},
    }
