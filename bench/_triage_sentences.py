"""Sentences for the second ear of triage, composed from tests/triage/grammar.txt.

The same seed gives the same sentences. Some are mistyped on purpose: a homophone, a
missing or doubled character, no punctuation, as hasty or old hands and voice
recognition do.
"""

import random
import re

SEED = 20240501
# What is typed for what was meant; sounds alike or nearly so.
HOMOPHONES = """
电店垫点 梯题提 漏露楼 水谁 火伙货活 烟咽焰胭 着找 气汽 煤媒霉
困捆 救就 命名 摔甩 倒到 晕云运 头投 井景 盖该
掉吊 砸扎 爆暴抱 炸扎诈 管馆 墙强 塌他 血雪 疼腾
胸凶 闷门 插叉 座坐 焦交 糊胡 味未 跳条 喘传
抽丑 咬要 蛇舌 刀到 跟根 偷头 撬敲 踹喘 淹烟
堵赌 返反 冒帽 裂列 断段 松送 歪外 卡咖 夹家
锁所 里理 的得地 了勒啦 在再 来莱 快块 人仁 请清
修休 好号 没每 不部 是事 下吓 上尚 去趣
"""
_PAIRS = {group[0]: group[1:] for group in HOMOPHONES.split()}
_PART = re.compile(r"\{(\w+)\}")
_CHOICE = re.compile(r"\[([^\[\]]*)\](\??)")
_MAYBE = re.compile(r"\{(\w+)\}\?")


def read(path):
    """Return (parts dict name → list, templates list of (label, text, how many))."""
    parts, templates = {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        head, _blank, rest = line.partition(" ")
        if head.startswith("@"):
            parts[head[1:]] = _split(rest)
        else:
            label, _star, count = head.partition("*")
            templates.append((label, rest, int(count or 0)))
    return parts, templates


def _split(text):
    """Split at | outside brackets."""
    out, depth, last = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "[") - (sign == "]")
        if sign == "|" and not depth:
            out.append(text[last:place])
            last = place + 1
    return [*out, text[last:]]


def compose(template, parts, chance):
    """Make one sentence of a template."""
    text = _MAYBE.sub(
        lambda m: "{" + m[1] + "}" if chance.random() < 0.5 else "", template
    )
    for _depth in range(12):
        made = _CHOICE.sub(
            lambda m: (
                "" if m[2] and chance.random() < 0.5 else chance.choice(m[1].split("|"))
            ),
            text,
        )
        made = _PART.sub(lambda m: chance.choice(parts[m[1]]), made)
        if made == text:
            break
        text = made
    # 了? stands for a character that may be missing.
    return re.sub(r"(.)\?", lambda m: m[1] if chance.random() < 0.5 else "", text)


def mistype(text, chance):
    """Type it badly: homophones, a slip, or blanks where commas were."""
    way = chance.random()
    if way < 0.5:
        places = [i for i, sign in enumerate(text) if sign in _PAIRS]
        for place in chance.sample(places, min(len(places), chance.choice((1, 1, 2)))):
            text = text[:place] + chance.choice(_PAIRS[text[place]]) + text[place + 1 :]
        return text
    if way < 0.75:
        return re.sub("[，。！？]", chance.choice(("", " ", "  ", "…")), text)
    place = chance.randrange(len(text)) if text else 0
    return (
        text[:place]
        + text[place : place + 1] * chance.choice((0, 2))
        + text[place + 1 :]
    )


def sentences(path, words=None, each=50, mistyped=0.2, seed=SEED):
    """List (label, text): up to `each` different sentences of every template.

    :param dict words: more parts, name → list
    """
    chance = random.Random(seed)
    parts, templates = read(path)
    parts.update(words or {})
    out = {}
    for label, template, count in templates:
        made = set()
        many = count or each
        for _try in range(many * 3):
            text = compose(template, parts, chance)
            if chance.random() < mistyped:
                text = mistype(text, chance)
            if text and text not in made:
                made.add(text)
                out.setdefault(text, label)
            if len(made) >= many:
                break
    return [(label, text) for text, label in out.items()]
