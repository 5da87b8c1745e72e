"""The figures of triage that the README promises, on what is in the repository always
and on the public messages where they are."""

from bench import triage as bench


def test_labels_are_enough_and_known():
    triage, _classifier = bench.tools()
    rows = bench.rows(bench.FOLDER / "labels.csv")
    estate = [row for row in rows if row["category"] != "outside"]
    assert len({row["id"] for row in rows}) == len(rows)
    assert len(estate) >= 300
    for row in rows:
        for code in filter(None, [row["category"], *row["also"].split("|")]):
            assert code in triage.standard().categories
    share = sum(bench.held_out(row["id"]) for row in rows) / len(rows)
    assert 0.28 < share < 0.38


def test_categories_are_those_of_the_addon():
    triage, _classifier = bench.tools()
    path = bench.harness.ROOT / "addons/shequ_property/data/shequ.ticket.category.csv"
    shipped = {
        row["code"]: (
            row["kind"],
            row["urgency"],
            row["skill_id:id"].removeprefix("skill_") or "-",
        )
        for row in bench.rows(path)
    }
    own = {k: tuple(v) for k, v in triage.standard().categories.items()}
    assert own == shipped


def test_emergencies_ring_and_look_alikes_do_not():
    first = bench.emergencies()[0]
    assert first["emergencies"] >= 150
    assert first["harmless"] >= 150
    assert first["recall"] >= 0.98
    assert first["false alarms"] <= 0.05


def test_categories_of_real_messages(shared_data):
    estate = bench.categories(with_model=False)[1]
    assert estate["count"] >= 90
    assert estate["accuracy"] >= 0.70
    assert estate["either label"] >= 0.80


def test_ordinary_reports_do_not_ring():
    triage, _classifier = bench.tools()
    texts = [row["text"] for row in bench.rows(bench.FOLDER / "ordinary.csv")]
    loud = [t for t in texts if triage.triage(t).urgency in ("red", "orange")]
    assert len(loud) <= len(texts) * 0.05, loud
