"""``python -m voting verify ARCHIVE`` and ``python -m voting diff EARLIER LATER``.

Ends with 0 when everything is right, with 1 when something is wrong.
"""

import argparse
import json
import sys

from . import verify


def out(text):
    sys.stdout.write(f"{text}\n")


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m voting", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("verify", help="check an archive and recount it / 复核")
    check.add_argument("archive")
    check.add_argument("--head", help="a head of the chain noted earlier / 记下的链头")
    check.add_argument("--receipt", action="append", default=[], help="回执号")
    check.add_argument("--json", action="store_true", help="print the facts as JSON")
    compare = commands.add_parser("diff", help="has anything vanished? / 前后比对")
    compare.add_argument("earlier")
    compare.add_argument("later")
    compare.add_argument("--json", action="store_true")
    words = parser.parse_args(argv)
    if words.command == "verify":
        head = words.head and words.head.strip().lower()
        report = verify.verify(words.archive, head, words.receipt)
    else:
        report = verify.diff(words.earlier, words.later)
    if words.json:
        out(
            json.dumps(
                {"ok": report.ok, "errors": report.errors, "facts": report.facts},
                ensure_ascii=False,
            )
        )
    else:
        say(report)
    return 0 if report.ok else 1


def say(report):
    for name, value in report.facts.items():
        if name != "result":
            out(f"  {name}: {value}")
    result = report.facts.get("result")
    if result:
        total, part = result["total"], result["participating"]
        out(f"  area 面积: {_m2(part['area'])} / {_m2(total['area'])} m²")
        out(f"  heads 人数: {part['heads']} / {total['heads']}")
        for motion in result["motions"]:
            out(f"  motion 议题 {motion['motion']}: {motion['reason']}")
            for side in ("agree", "against", "abstain"):
                if side in motion:
                    row = motion[side]
                    out(f"    {side}: {_m2(row['area'])} m², {row['heads']}")
            for row in motion.get("candidates", ()):
                mark = "elected" if row["candidate"] in motion["elected"] else ""
                out(
                    f"    candidate {row['candidate']}: {_m2(row['area'])} m², "
                    f"{row['heads']} {mark}"
                )
    for error in report.errors:
        out(f"WRONG 不符: {error}")
    out("OK 复核一致" if report.ok else "NOT OK 复核不一致")


def _m2(area):
    return f"{area // 100}.{area % 100:02d}"


if __name__ == "__main__":
    sys.exit(main())
