"""The figures of triage that the README promises, on what is in the repository always
and on the public messages where they are."""

import re

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
    *learned, last = bench.emergencies()
    assert sum(row["emergencies"] for row in learned) >= 1000
    assert sum(row["harmless"] for row in learned) >= 1000
    for row in learned:
        assert row["recall"] >= 0.98, row
        assert row["false alarms"] <= 0.05, row
    # No rule and no ear has learned from these; it strives for a recall of 0.98.
    assert last["recall"] >= 0.97, last
    assert last["false alarms"] <= 0.05, last


def test_no_danger_is_left_out_for_its_needles():
    bench.tools()
    from triage import dangers, text

    for suffix in bench.SETS:
        for _label, words in bench.told(suffix):
            plain = text.clean(words)
            likely = {danger.code for danger in dangers.likely(plain)}
            # Words as needles may narrow a pattern on purpose; characters may not.
            signed = [danger for danger in dangers.DANGERS if danger.signs]
            there = {danger.code for danger in signed if danger.pattern.search(plain)}
            assert there <= likely, words


def test_danger_alone_judges_like_the_whole():
    triage, _classifier = bench.tools()
    last = list(bench.SETS)[-1]
    texts = [text for _label, text in bench.told(last)] + bench.ordinary("", "_second")
    same = sum(
        (triage.triage(text).urgency == "red") == (triage.alarm(text) is not None)
        for text in texts
    )
    assert same >= len(texts) * 0.98


def test_the_grammar_composes_the_same_sentences():
    from bench import _triage_sentences as composed

    path = bench.FOLDER / "grammar.txt"
    words = {name: ["一", "二"] for name in _concept_parts(path)}
    made = composed.sentences(path, words, each=5)
    assert made == composed.sentences(path, words, each=5)
    assert {label for label, _text in made} == {"red", "orange", "harmless"}
    assert not [text for _label, text in made if set(text) & set("{}[]|*")]


def _concept_parts(path):
    return re.findall(r"\{(c_\w+|lexicon)\}", path.read_text(encoding="utf-8"))


def test_real_letters_rarely_ring(shared_data):
    assert bench.letters()["red or orange"] <= 0.05


def test_categories_of_real_messages(shared_data):
    estate = bench.categories(with_model=False)[1]
    assert estate["count"] >= 90
    assert estate["accuracy"] >= 0.70
    assert estate["either label"] >= 0.80


def test_ordinary_reports_do_not_ring():
    triage, _classifier = bench.tools()
    texts = bench.ordinary("", "_second", "_third")
    loud = [t for t in texts if triage.triage(t).urgency == "red"]
    assert len(loud) <= len(texts) * 0.02, loud
    demo = bench.rows(bench.harness.ROOT / "data" / "demo" / "messages.csv")
    calm = [
        row["text"]
        for row in demo
        if not row["category"].startswith(("safety", "elder_care.emergency"))
    ]
    loud = [t for t in calm if triage.triage(t).urgency == "red"]
    assert len(loud) <= len(calm) * 0.10, loud
