# ruff: noqa: E501  patterns and lists of words read better unbroken
"""A report in plain words becomes a job: what, how urgent, whose, and why.

Nothing of Odoo and no outside service; about a millisecond a message. Each answer
comes with a confidence and with reasons made of a code and the words that spoke, so
that the screens can tell them in any language.
"""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from . import dangers as danger_rules
from . import ear
from . import text as scope
from .concepts import concepts
from .lexicon import standard
from .times import preferred as preferred_time

OUTSIDE = "outside"
URGENCIES = ("red", "orange", "yellow", "blue")
# Below this the ticket goes to the column "to sort".
SURE_ENOUGH = 0.45
# Above it a person need not confirm a red one.
SURE_OF_RED = 0.9
TITLE = 40
# How much more its beginning says what a long text is about: words, and two together.
TITLE_WORD, TITLE_TOGETHER = 4.0, 3.0
# How much the learned model says beside the lexicon: the best of a search on the
# messages it may be tuned on; more favours the frequent categories too much.
MODEL_WEIGHT = 0.35
# What is told late in a long letter is a hazard described and rarely one of now.
LETTER = 300
# Dangers are looked for in this many characters; nobody calls for help in an essay.
READ = 320
# A report is short; what is longer has to be surer to ring.
SHORT = 60
# The most that rules can say for danger.
UTMOST = ("red", "sure", "more")
# So long, and with so many formal phrases, it is a letter about what has been so.
FORMAL_LETTER, FORMAL_PHRASES = 90, 3
# Two phrases of a formal letter count like twice the length, up to so much.
FORMAL_MOST = 4.0
# And words are looked up in so many.
LOOK_UP = 2000
# Sum of the words of distress that rings.
RINGS_RED, RINGS_ORANGE = 3.0, 2.0


@dataclass(frozen=True)
class Report:
    """What comes in.

    :param str words: as written or dictated
    :param str place_kind: "home", "public", "spot" (a point by a QR code) or ""
    :param dict situation: what is known of the reporter: age (years), elder, alone,
        child, pregnant, mobility, sick (booleans)
    :param datetime at: local time of the report, without zone
    :param int photos: how many there are
    """

    words: str
    place_kind: str = ""
    situation: dict = field(default_factory=dict)
    at: datetime | None = None
    photos: int = 0


@dataclass(frozen=True)
class Reason:
    """Why: `code` of the rule, the `field` it speaks for, the `words` that spoke."""

    code: str
    field: str
    words: tuple = ()
    value: str = ""


@dataclass(frozen=True)
class Guess:
    category: str
    confidence: float


@dataclass(frozen=True)
class Result:
    """What triage proposes.

    :param confidence: dict field → 0..1 for kind, category, urgency, department
    :param guesses: up to three Guess, best first
    :param confirm: a person has to confirm the urgency
    :param to_sort: too unsure for a desk; the three guesses are offered
    :param hints: codes for the visit (elder_morning, reserve_place, …)
    """

    kind: str
    category: str
    urgency: str
    skill: str
    flags: tuple
    hints: tuple
    preferred: object
    department: str
    guesses: tuple
    confidence: dict
    confirm: bool
    to_sort: bool
    reasons: tuple


# Two things told together: (code, category, weight, pattern).
PLACE_PUBLIC = "(?:楼道|走廊|车库|地库|楼梯间?|单元|大厅|小区|门厅|院子|院里|电梯厅|花园|楼下|过道|停车场|公共|步道|架空层|连廊)"
PLACE_HOME = "(?:厨房|客厅|我家|卧室|卫生间|厕所|家里|房间|阳台|洗手间|书房|屋里|浴室|俺家|屋头|我屋)"
SOURCE_OUTSIDE = "(?:工地|搅拌站|搅拌厂|施工单位|施工方|工厂|厂房|化工|夜间施工|通宵施工|凌晨施工|大货车|渣土车|高速|高架|轨道|铁路|地铁|市政|重型货车|工程车)"
TOGETHER = [
    (code, category, weight, re.compile(pattern))
    for code, category, weight, pattern in [
        ("public_light", "public_facility.lighting", 4, f"{PLACE_PUBLIC}[^，。,.]{{0,6}}灯(?!笼|箱)|(?:灯)[^，。,.]{{0,4}}(?:楼道|走廊|楼梯)"),
        ("home_light", "home_repair.electric", 3, f"{PLACE_HOME}[^，。,.]{{0,5}}灯(?!笼|箱)"),
        ("home_power", "home_repair.electric", 2, f"{PLACE_HOME}[^，。,.]{{0,6}}(?:没电|停电|跳闸|断电)"),
        ("area_power", "public_facility.water_power", 2, "(?:小区|整栋|全楼|我们楼|整个|全小区|单元|几栋)[^，。,.]{0,8}(?:没电|停电|断电|停水|没水|断水)"),
        ("leak_above", "home_repair.water_leak", 2, "楼上[^，。,.]{0,8}(?:漏|渗|滴)|(?:管道?|水管)[^，。,.]{0,6}(?:漏|渗|破|裂|爆)"),
        ("hidden_pipe", "home_repair.water_leak", 4, "(?:管道?|水管)[^，。,.]{0,6}(?:藏|埋|暗|包在|里头|里边|里面)|暗管"),
        ("wall_seeps", "home_repair.roof_wall_leak", 2, "(?:墙|窗|屋面|顶层|顶楼|楼顶|飘窗|阳台)[^，。,.]{0,6}(?:渗|漏雨|漏水|发霉|返潮)"),
        ("rain_leaks", "home_repair.roof_wall_leak", 3, "(?:下雨|雨天|雨水|暴雨)[^。.]{0,10}(?:漏|渗|滴)"),
        ("neighbour_noise", "order.noise", 2.5, "(?:楼上|邻居|隔壁|对门|楼下|晚上|半夜|凌晨)[^，。,.]{0,12}(?:吵|闹|跳来跳|敲|装修|唱|咚|蹦|弹琴|打麻将|放音乐|拖椅|跑来跑去)"),
        ("dog", "order.pets", 2.5, "(?:狗|犬)[^，。,.]{0,8}(?:叫|拉|屎|尿|绳|乱跑|咬|吓|扑)"),
        ("car_blocks", "parking.illegal", 2, "(?:车|车子|轿车|面包车|货车)[^，。,.]{0,8}(?:堵|挡|占|乱停|横停|停在(?:我|路|门|人行|消防|过道))"),
        ("want_space", "parking.space", 2.5, "(?:租|买|办|申请|长租|续租|续)[^，。,.]{0,5}车位|车位[^，。,.]{0,6}(?:租|价|费|钱|怎么办)"),
        ("meal", "elder_care.meal", 3, "(?:老人|独居|爷爷|奶奶|老伴|老年)[^，。,.]{0,8}(?:饭|餐|食堂)"),
        ("outside_source", "outside", 4.5, f"{SOURCE_OUTSIDE}[^。]{{0,25}}(?:噪|吵|扰民|粉尘|灰尘|扬尘|震动|休息|睡|污染|施工)"),
        ("school", "outside", 3, "(?:小区|楼盘|配套|我们)[^，。,.]{0,8}(?:幼儿园|小学|学校|学位|学区)|(?:孩子?|小孩|业主子女)[^，。,.]{0,8}(?:上学|入学|读书|就读)"),
        ("road", "outside", 2.5, "(?:路|大道|街|路口|辅道)(?:路段)?[^，。,.]{0,8}(?:违停|乱停|路灯|堵车|拥堵|坑|修|积水|改造|延长)"),
        ("developer", "policy.housing", 2.5, "开发商[^。]{0,20}(?:交房|合同|宣传|承诺|质量|规划|违约|退|欺|验收|强制|产权|办证)"),
        ("house_quality", "policy.housing", 2.5, "(?:房屋|房子|精装|楼盘|楼房|新房)[^，。,.]{0,8}(?:质量|不达标|质价|偷工减料)"),
        ("bundled", "parking.space", 3, "(?:捆绑|绑定|强制)[^，。,.]{0,8}车位"),
        ("open_restaurant", "environment.odour_sewage", 2, "(?:餐馆|餐厅|夜宵|饭店|烧烤|餐饮|排烟)[^。]{0,14}(?:油烟|油烟味|味|呛|烟道|排放)"),
        ("lift_hall", "public_facility.lift", -3, "电梯(?:厅|口|间|前室|门口|大厅)"),
        ("property_bad", "service.attitude", 2, "物业[^，。,.]{0,10}(?:差|态度|不作为|推|不管|骂|凶|敷衍|混乱|不理|失职)"),
        ("fee", "service.fee", 2, "物业[^，。,.]{0,8}(?:乱收|收费|费用|收取|涨价)"),
        ("change_property", "service.contract", 3, "(?:换|更换|选聘|解聘|赶走|退出|引进|重选)[^，。,.]{0,6}物业|物业[^，。,.]{0,8}(?:退出|撤|合同到期|交接)"),
        ("charge_ebike", "parking.charging", 2.5, "(?:电动车|电瓶车|电车|新能源)[^，。,.]{0,10}(?:充电|停|棚|桩|楼道|电梯)"),
        ("seeing_off", "policy.social_security", 2.5, "(?:查|领|发放|办|补缴|转)[^，。,.]{0,6}(?:养老金|社保|医保|退休金|养老保险)"),
        ("errand", "elder_care.assist", 3, "(?:修|换|借|推)[^，。,.]{0,3}轮椅|(?:不会|不懂)[^，。,.]{0,4}(?:手机|智能|缴费|操作)|帮(?:我|忙)?[^，。,.]{0,4}(?:搬|拿|买|抬|取|跑)"),
        ("kettle", "home_repair.appliance", 2, "(?:水壶|电器|家电|冰箱|洗衣机|电视|空调|油烟机|微波炉)[^，。,.]{0,8}(?:坏|歇|罢工|不转|不制|修|不加热|不启动|不通电)"),
    ]
]  # fmt: skip
HIDDEN = re.compile("藏|暗管|埋|里边|里面|吊顶|看不到|找不到漏|查不出")
MANY_FAIL = re.compile(
    "(?:俩|两个|两台|几个|同时|都|全)[^，。,.]{0,8}(?:坏|歇|不亮|罢工|不转|没反应)"
)
OWNERS_CONSENT = re.compile("外墙|外立面|屋面|楼顶防水|加装电梯|屋顶")
TRIP = re.compile("起翘|翘|松动|凹|坑|塌|井盖|缺|破|绊")
REPEATED = re.compile(
    "又(?!不是|不|没有?(?:欠|惹|说|犯)|想|快|能|该|到|要(?:交|涨|收|下|到)|是|何必|怎|一年|高|大|小|新)|再次|反复|好几次|多次|第[二三四五六]次|还是没|还没人|没人来|修了(?:几|好)"
)
# 又臭又挡路 tells two things of one matter, and nothing of an earlier one.
BOTH = re.compile("又[^，。,.又了]{1,5}又[^，。,.又了]{1,5}")
QUESTION = re.compile(
    "吗[?？。!！\\s]*$|[?？]|请问|咨询|想问|怎么(?:办理|交|收|缴|预约|申请|查|补|投|用|进|登|开通|去|参加|联系|续|充|装|算|报名|走)|多少钱|几点|标准|想知道|问一下|问下|谁知道"
)
ASKING_ONLY = re.compile("请问|咨询|想问|问一下|问下|想了解|了解一下")
# A company must be careful with these, so they keep their colour whatever the words.
FAULT = re.compile(
    "坏|不(?:亮|能|行|灵|动|热|通|出|开|了)|漏|堵|停|断|故障|失灵|裂|掉|没(?:水|电|气|有水|有电)|修|破|损|松|歪|丢|偷|塌|响|卡|锁|冒|喷|烂|瘫|没反应"
)
HARD_FAULT = re.compile(
    "坏(?!习|脾|话|人|处)|不(?:能用|灵|动了|热|通|出|制|走)|失灵|故障|断(?!货|网|码)|裂|破(?!费|例)|没(?:水|电|气|暖|热|人管|法)|打不开|关不上|卡住|停(?:满|了|运|摆)|堵|漏|堆|响个|损坏|损毁|缺|偷|掉|歪|塌|松|锁(?:着|住|了|死|上)|占|瘫|过期|失效|晃|抖|怪声|异响|泄|打穿|撬|没反应"
)
COSMETIC = re.compile(
    "膜|贴纸|灯箱|镜子|地毯|脚垫|地垫|海报|掉漆|油漆|划痕|有点(?:脏|旧|黄|灰|暗)|不急|颜色|难看"
)
WISHING = re.compile(
    "建议|希望.{0,10}(?:装|设|增|换|建|种)|想(?:租|订|预约|报名|参加|换|装|买|学|借|申请|当|给)|能否增|预约|报名|谢|表扬|求购|欢迎|参观"
)
TELLING = re.compile(
    "^(?:的)?(?:通知|公告|计划|安排|吗|嘛|么(?!大|多)|时间表|提示|预告|标准|费|保险|应急预案|知识|小?常识|讲|危害|原因(?:是什么|有哪些)|案例|赔偿标准|广告|海报|保养|维保|年检|年审|检测|检查|培训|协议|合同|仪|开关(?!坏|打火|冒)|几级|险)"
)


# Dangers that are none where nobody is: 门反锁了，里面没人.
OF_PEOPLE = ("trapped", "trapped_lift", "child_alone")
NOBODY_IN = re.compile(
    "(?:里面?|里头|里边|屋里|家里|车里|房里)(?:倒是|也|并|又|都|现在)?没有?人(?![应理管接来答开说救会知在看])|(?:人|谁)(?:倒是|都|也)?(?:没|不)(?:有)?在里"
)
# Dangers that say how bad it is, and hardly what it is about.
# Flags of what makes people ill.
CAUSES = frozenset(("gas", "fire", "electric"))
VAGUE = ("help", "strange_smell")
SOUND = ("red", "orange")
# Even in a formal letter somebody may call for help.
CALL = re.compile("救命|救人|快来|速来|来人|里面有人|有人在里面|120|119|110")
# Thanks and farewells do not take away what is told without scope.
TOLD = (scope.SOLVED, scope.PAST)
_UNASKED = object()
# Flag, category and concepts of what only the ear knows, the most dangerous first.
HEARD = [
    (flag, category, frozenset(names.split()))
    for flag, category, names in [
        ("gas", "safety.gas_electric", "gas hiss cogas"),
        ("fire", "safety.fire", "fire smoke burntsmell leftfire boom"),
        ("electric", "safety.gas_electric", "spark shock wire"),
        ("medical", "elder_care.emergency", "faint ill blood burned poison suicide dead drown"),
        ("trapped", "safety.trapped", "stuck plunge climb"),
        ("medical", "elder_care.emergency", "fall hurt bite cannotmove missing"),
        ("", "order.security", "violence weapon intrude follow"),
        ("structure", "safety", "collapse hole"),
        ("fall", "safety.falling", "drop loose"),
        ("water", "safety.flood", "flood burst"),
    ]
]  # fmt: skip


class Triage:
    """One report on its way through; each step adds to what is known."""

    def __init__(self, report, lexicon, model=None, context=None, look_up=True):
        self.report = report
        self.lexicon = lexicon
        self.model = model
        self.context = context or {}
        self.text = scope.clean((report.words or "")[:LOOK_UP])
        self.heard = self.without_own_harmless(self.text[:READ])
        self.hits = lexicon.find(self.text) if look_up else []
        self.reasons = []
        self.odds = None
        self.ringing = _UNASKED
        self.heard_of = ""
        self.formal = self.is_formal()
        self.scores = defaultdict(float)
        self.flags = {}
        self.dangers = []

    # Most reports are known to be calm before anybody asks for these.
    @cached_property
    def blanked(self):
        return scope.blank_idioms(self.text[:READ], self.lexicon.harmless)

    @cached_property
    def scopes(self):
        return scope.Scopes(self.blanked)

    def without_own_harmless(self, text):
        """What the ear hears: it learned our sayings, a company's it cannot know."""
        for word in self.lexicon.own_harmless:
            text = text.replace(word, "")
        return "".join(text.split())

    def is_formal(self):
        """Whoever writes to the authorities describes a hazard; nobody has to run."""
        if len(self.text) < FORMAL_LETTER or CALL.search(self.text):
            return False
        return len(self.formal_phrases()) >= FORMAL_PHRASES

    def formal_phrases(self):
        return set(scope.FORMAL.findall(self.text))

    def say(self, code, of, words=(), value=""):
        self.reasons.append(Reason(code, of, tuple(words), value))

    def run(self):
        self.find_dangers()
        place = self.place()
        situation = self.situation()
        self.score_words(place)
        guesses = self.guesses()
        category = guesses[0].category if guesses else "service"
        urgency, sure, confirm = self.second_ear(*self.urgency(category), category)
        if self.heard_of:
            self.scores[self.heard_of] += 4.0
            guesses = self.guesses()
            category = guesses[0].category
        category, guesses = self.settle(category, guesses, urgency)
        kind, kind_sure = self.kind(category, urgency)
        urgency, sure = self.cooled(urgency, sure, kind, category)
        department, department_sure = self.department(category)
        self.mild_flags()
        wished = preferred_time(self.scopes, self.report.at)
        if wished:
            self.say("time_wished", "preferred", [wished.words])
        hints = self.hints(category, kind, urgency, situation)
        category_sure = guesses[0].confidence if guesses else 0.0
        skill = self.lexicon.categories.get(category, ("", "", "-"))[2]
        confidence = {
            "category": category_sure,
            "kind": kind_sure,
            "urgency": sure,
            "department": department_sure,
        }
        return Result(
            kind=kind,
            category=category,
            urgency=urgency,
            skill="" if skill == "-" else skill,
            flags=tuple(sorted(self.flags)),
            hints=hints,
            preferred=wished,
            department=department,
            guesses=tuple(guesses[:3]),
            confidence=confidence,
            confirm=confirm,
            to_sort=category_sure < SURE_ENOUGH,
            reasons=tuple(self.reasons),
        )

    # ---- danger ----------------------------------------------------------------

    def find_dangers(self):
        text = self.blanked
        for danger in danger_rules.likely(text):
            for match in danger.pattern.finditer(text):
                if not match[0]:
                    continue
                status = self.status(match)
                if danger.code in OF_PEOPLE and NOBODY_IN.search(text):
                    status = scope.NEGATED
                if status == scope.ACTIVE or not danger.scoped and status in TOLD:
                    self.dangers.append((danger, match.start(), match[0]))
                    break
                self.say(f"not_now_{status}", "urgency", [match[0]], danger.code)
        for hit in self.hits:
            if hit.entry.role == "urgency" and hit.start < READ:
                self.own_urgency(hit)

    def status(self, match):
        status = self.scopes.status(match.start(), match.end())
        if status == scope.ACTIVE:
            after = self.blanked[match.end() : match.end() + 6]
            if TELLING.match(after) and not scope.URGENT_CALL.search(self.blanked):
                return scope.IMAGINED
        return status

    def own_urgency(self, hit):
        """A company's own word of danger counts like ours, denial included."""
        if self.scopes.status(hit.start, hit.end) == scope.ACTIVE:
            own = danger_rules.Danger(
                "own_word",
                hit.entry.value,
                "",
                (),
                re.compile(""),
                (),
                frozenset(),
                0.8,
            )
            self.dangers.append((own, hit.start, hit.entry.word))

    def red(self, danger, start):
        """In a letter to the authorities, or late in a long one, a danger is a hazard
        described, and orange."""
        if self.formal:
            return False
        late = len(self.text) > LETTER and start > LETTER // 3
        return danger.level == "red" and not late

    def faulty(self, category):
        """Something is broken in a category that is urgent of itself."""
        usual = self.lexicon.categories.get(category, ("", "yellow", ""))[1]
        return usual in SOUND and not self.calm() and self.active_fault()

    def urgency(self, category):
        red = [found for found in self.dangers if self.red(*found[:2])]
        orange = [found for found in self.dangers if found not in red]
        for level, found in (("red", red), ("orange", orange)):
            if not found:
                continue
            for danger, _start, words in found:
                self.say(f"danger_{danger.code}", "urgency", [words], level)
                for flag in danger.flags:
                    self.flags.setdefault(flag, words)
            sure = max(danger.sure for danger, _start, _words in found)
            return level, sure, level == "red" and sure < SURE_OF_RED
        rung = self.rung_by()
        if rung:
            level, sure, words = rung
            self.say("words_of_distress", "urgency", words, level)
            return level, sure, True
        default = self.lexicon.categories.get(category, ("", "yellow", ""))[1]
        if self.faulty(category):
            self.say("fault_of_urgent_category", "urgency", [], default)
            return default, 0.5, True
        if default in ("red", "orange"):
            self.say("no_danger_now", "urgency", [], default)
            return "yellow", 0.6, False
        self.say("usual", "urgency", [], default)
        return default, 0.7, False

    def evidence(self, category=None):
        """What the rules found, in the names the ear weighs (`ear.weigh`)."""
        red = [danger for danger, start, _w in self.dangers if self.red(danger, start)]
        found = []
        if red:
            found = ["red"] + ["sure"] * (max(d.sure for d in red) >= SURE_OF_RED)
            found += ["more"] * (len(red) > 1)
        elif self.dangers:
            found = ["orange"]
        else:
            rung = self.rung_by()
            if rung:
                found.append(f"rung_{rung[0]}")
            if self.denied():
                found.append("denied")
        if self.calm():
            found.append("calm_danger" if self.dangers else "calm")
        if category is not None and self.faulty(category):
            found.append("fault")
        return found

    def second_ear(self, urgency, sure, confirm, category):
        """The rules and the ear are weighed together: what no rule knows may ring,
        and a person confirms; what only looks like an emergency does not."""
        if not self.text.strip():
            return urgency, sure, confirm
        # What sounds urgent in a formal letter, and no rule knows, is indignation.
        if self.dangers or not self.formal:
            loud, red = self.odds or ear.odds(self.heard)
            evidence = self.evidence(category)
            together = ear.weigh(loud, evidence, self.length())
            if together >= ear.rings():
                level = "red" if ear.is_red(loud, red, evidence) else "orange"
                level = "orange" if self.formal else level
                return self.ring(level, round(together, 3), urgency, sure, confirm)
        if urgency in SOUND and not self.own_word():
            # Whoever is shown it sees that it was thought of.
            self.say("sounds_calm", "urgency", [], "yellow")
            return "yellow", 0.5, urgency == "red"
        return urgency, sure, confirm

    def ring(self, level, together, urgency, sure, confirm):
        """It rings: red or orange, whatever found it."""
        if urgency not in SOUND:
            self.say("sounds_urgent", "urgency", self.hear_what(level), level)
            return level, min(together, 0.85), True
        if urgency == "red" and self.own_word():
            level = "red"
        if level != urgency:
            said = "sounds_urgent" if level == "red" else "sounds_less"
            self.say(said, "urgency", [], level)
            confirm = level == "red"
        return level, max(sure, together), confirm

    def own_word(self):
        return any(danger.code == "own_word" for danger, _start, _w in self.dangers)

    def length(self):
        """How much of a letter it is: 0 for a report, 1 for twice as long, …"""
        longer = max(0.0, math.log2(max(len(self.text), 1) / SHORT))
        if len(self.text) <= SHORT:
            return 0.0
        # Whoever is in need does not write to the authorities.
        return longer + min(FORMAL_MOST, len(self.formal_phrases()) / 2)

    def hear_what(self, level):
        """What the ear heard of, where no rule knows the danger: the words."""
        told = concepts(self.heard)
        for flag, category, names in HEARD:
            words = [self.heard[a:b] for a, b, name in told if name in names]
            if words:
                if flag:
                    self.flags.setdefault(flag, words[0])
                self.heard_of = category if level == "red" else ""
                return list(dict.fromkeys(words))[:5]
        return []

    def denied(self):
        """A danger was told of, and not as one of now."""
        return any(reason.code.startswith("not_now") for reason in self.reasons)

    def calm(self):
        """Asked, thanked for, shopped for, taught, or done: nobody has to run."""
        text = self.blanked
        return bool(
            QUESTION.search(text)
            or scope.ASKED.search(text)
            or scope.SHOP.search(text)
            or scope.TALK.search(text)
            or scope.THANKS.search(text)
            or scope.HEARSAY.search(text)
            or WISHING.search(text)
            or self.scopes.solved_marks()
            or COSMETIC.search(text)
            or len(text) > LETTER
        )

    def active_fault(self):
        return any(
            self.scopes.status(match.start(), match.end()) == scope.ACTIVE
            for match in HARD_FAULT.finditer(self.blanked)
        )

    def rung_by(self):
        """Words of distress that add up, where no rule knows the danger: None, or
        the level, how sure, and the words."""
        if self.ringing is _UNASKED:
            self.ringing = None if self.calm() else self.add_up()
        return self.ringing

    def add_up(self):
        total, words = 0.0, []
        reach = 0
        hits = (
            self.lexicon.find(self.blanked) if self.blanked != self.text else self.hits
        )
        for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
            if hit.entry.role != "alarm" or hit.start < reach:
                continue
            if self.scopes.status(hit.start, hit.end) != scope.ACTIVE:
                continue
            reach = hit.end
            if hit.entry.word not in words:
                total += hit.entry.weight
                words.append(hit.entry.word)
        if total < RINGS_ORANGE:
            return None
        level = "red" if total >= RINGS_RED else "orange"
        return level, min(0.5 + (total - RINGS_ORANGE) / 10, 0.75), words[:6]

    def cooled(self, urgency, sure, kind, category):
        """What nobody has to run for is blue: questions, suggestions, applications."""
        if urgency == "yellow" and kind in (
            "consultation",
            "suggestion",
            "application",
        ):
            return "blue", sure
        return urgency, sure

    # ---- category ----------------------------------------------------------------

    def place(self):
        if self.report.place_kind in ("home", "public", "spot"):
            return "home" if self.report.place_kind == "home" else "public"
        from .words import HOME_WORDS, PUBLIC_WORDS

        home = sum(word in self.text for word in HOME_WORDS)
        public = sum(word in self.text for word in PUBLIC_WORDS)
        return "home" if home > public else "public" if public > home else ""

    def score_words(self, place):
        text = self.text
        long = len(text) > 2 * TITLE
        seen = Counter()
        spoken = defaultdict(dict)
        for hit in self.hits:
            entry = hit.entry
            if entry.role != "category":
                continue
            seen[entry] += 1
            weight = entry.weight * (TITLE_WORD if long and hit.start < TITLE else 1.0)
            weight *= (1.0, 0.5, 0.3, 0.2)[seen[entry] - 1] if seen[entry] <= 4 else 0.0
            if (
                self.text[max(0, hit.start - 2) : hit.start].endswith(("不是", "没有"))
                and not long
            ):
                weight *= 0.3
            self.scores[entry.value] += weight
            spoken[entry.value][entry.word] = weight
        for code, category, weight, pattern in TOGETHER:
            match = pattern.search(text)
            if match:
                weight *= TITLE_TOGETHER if long and match.start() < TITLE else 1.0
                self.scores[category] += weight * (
                    0.6 if long and match.start() > 3 * TITLE else 1
                )
                spoken[category][match[0]] = weight
                self.say(f"together_{code}", "category", [match[0]], category)
        self.score_dangers(long)
        self.score_place(place)
        for category in [c for c, score in self.scores.items() if score <= 0]:
            del self.scores[category]
        for category in sorted(self.scores, key=self.scores.get, reverse=True)[:3]:
            words = sorted(spoken[category], key=spoken[category].get, reverse=True)
            if words:
                self.say("words", "category", words[:5], category)

    def score_dangers(self, long):
        for danger, start, _words in self.dangers:
            if not danger.category:
                continue
            weight = 6.0 if danger.level == "red" else 2.0
            if danger.code in VAGUE:
                weight = 2.5
            if danger.code == "leak" and self.scores.get("home_repair.roof_wall_leak"):
                weight = 0.5
            if long and start > TITLE:
                weight *= 0.3 if start < 3 * TITLE else 0.1
            self.scores[danger.category] += weight

    def score_place(self, place):
        if not place:
            return
        for category in list(self.scores):
            group = category.partition(".")[0]
            if group == "home_repair":
                self.scores[category] *= 1.2 if place == "home" else 0.85
            elif group == "public_facility":
                self.scores[category] *= 0.85 if place == "home" else 1.2
        self.say("place", "category", [], place)

    def guesses(self):
        """Return the best categories with confidences that sum up to 1 at most."""
        ranked = {c: s for c, s in self.scores.items() if c in self.lexicon.categories}
        lexical = _softmax(ranked)
        # With few words behind it even a lone guess is unsure.
        top = max(ranked.values(), default=0.0)
        trust = top / (top + 1.5) if top else 0.0
        merged = Counter({code: share * trust for code, share in lexical.items()})
        if self.model is not None:
            learned = self.model.confidences(self.text)
            ratio = self.context.get("model_weight", MODEL_WEIGHT)
            merged = Counter({c: v * (1 - ratio) for c, v in merged.items()})
            for code, value in learned.items():
                if code in self.lexicon.categories:
                    merged[code] += ratio * value
            best = max(learned, key=learned.get, default="")
            if best:
                self.say("learned", "category", [], best)
        found = sorted(merged.items(), key=lambda pair: (-pair[1], pair[0]))
        return [
            Guess(code, round(min(value, 1.0), 3))
            for code, value in found[:3]
            if value > 0.01
        ]

    def settle(self, category, guesses, urgency):
        """A red danger decides the desk, unless the words agree on another red one.

        Of gas, fire or current and somebody who is ill of it, the cause decides: who
        shuts it off has to come, not only who helps somebody up.
        """
        red = [d for d, start, _w in self.dangers if d.level == "red" and d.category]
        if urgency != "red" or not red:
            return category, guesses
        causes = [danger for danger in red if CAUSES.intersection(danger.flags)]
        if causes and any(d.category == category and "medical" in d.flags for d in red):
            red = causes
        wanted = [danger.category for danger in red]
        if category in wanted or len(self.text) > 4 * TITLE:
            return category, guesses
        best = max(wanted, key=lambda code: self.scores.get(code, 0))
        rest = [guess for guess in guesses if guess.category != best]
        self.say("danger_decides", "category", [], best)
        sure = max([0.6, *(g.confidence for g in guesses if g.category == best)])
        rest = [Guess(g.category, round(min(g.confidence, 1 - sure), 3)) for g in rest]
        return best, [Guess(best, sure), *rest][:3]

    # ---- the rest -------------------------------------------------------------------

    def kind(self, category, urgency):
        scores = defaultdict(float)
        words = defaultdict(list)
        for hit in self.hits:
            if hit.entry.role == "kind":
                early = 1.5 if hit.start < TITLE else 0.7
                scores[hit.entry.value] += hit.entry.weight * early
                words[hit.entry.value].append(hit.entry.word)
        usual = self.lexicon.categories.get(category, ("complaint",))[0]
        scores[usual] += 2.2
        active_fault = bool(self.dangers)
        if active_fault:
            # A question mark behind a burst pipe does not make it a question.
            scores[usual] += 3
        elif QUESTION.search(self.text) and not FAULT.search(self.text):
            scores["consultation"] += 1.5
        if not active_fault and ASKING_ONLY.search(self.text):
            scores["consultation"] += 1
        if category == OUTSIDE and scores["suggestion"] and not scores["complaint"]:
            scores["suggestion"] += 1
        best = max(scores, key=lambda k: (scores[k], k == usual, k))
        if words[best]:
            self.say("kind_words", "kind", words[best][:4], best)
        else:
            self.say("kind_of_category", "kind", [], best)
        total = sum(max(value, 0) for value in scores.values()) or 1
        return best, round(scores[best] / total, 3)

    def department(self, category):
        """The government department an off-estate matter is offered to."""
        if category != OUTSIDE:
            return "", 0.0
        model = self.context.get("department_model")
        if model is not None:
            shares = model.confidences(self.text)
        else:
            scores = Counter()
            for hit in self.hits:
                if hit.entry.role == "department":
                    scores[hit.entry.value] += 2.0 if hit.start < TITLE else 0.7
            shares = _softmax(scores)
        if not shares:
            return "", 0.0
        best = max(shares, key=lambda name: (shares[name], name))
        words = [h.entry.word for h in self.hits if h.entry.value == best]
        self.say("department_words", "department", list(dict.fromkeys(words))[:5], best)
        return best, round(shares[best], 3)

    def situation(self):
        known = {
            key
            for key, value in self.report.situation.items()
            if value and key != "age"
        }
        known |= {key for key in self.context.get("situation", ())}
        age = self.report.situation.get("age")
        if isinstance(age, (int, float)) and age >= self.context.get("elder_age", 60):
            known.add("elder")
            self.say("elder_by_age", "hints", [], str(int(age)))
        for hit in self.hits:
            if hit.entry.role == "situation" and hit.entry.value not in known:
                known.add(hit.entry.value)
                self.say("situation_words", "hints", [hit.entry.word], hit.entry.value)
        return known

    def mild_flags(self):
        """What to mind on the visit, without an alarm: 怕摔 makes no emergency."""
        for hit in self.hits:
            if (
                hit.start < READ
                and hit.entry.role == "flag"
                and hit.entry.value not in self.flags
            ):
                if self.scopes.status(hit.start, hit.end) in (
                    scope.ACTIVE,
                    scope.IMAGINED,
                ):
                    self.flags[hit.entry.value] = hit.entry.word
                    self.say("flag_words", "flags", [hit.entry.word], hit.entry.value)

    def hints(self, category, kind, urgency, situation):
        found = []
        group = category.partition(".")[0]
        visit = group in ("home_repair", "elder_care") and category != "elder_care.meal"
        if visit and "elder" in situation and urgency not in ("red",):
            found.append("elder_morning")
        if "alone" in situation and "elder" in situation:
            found.append("elder_alone")
        if "elder" in situation and group == "policy":
            found.append("elder_needs_help_online")
        found += [
            name
            for name in ("mobility", "child", "pregnant", "sick")
            if name in situation and (visit or urgency in ("red", "orange"))
        ]
        if "elder" in situation:
            self.flags.setdefault("elder", "")
        if "child" in situation and urgency in ("red", "orange"):
            self.flags.setdefault("child", "")
        found += self.work_hints(category, kind, urgency, group)
        return tuple(dict.fromkeys(found))

    def work_hints(self, category, kind, urgency, group):
        """What the worker should know or bring."""
        text, found = self.text, []
        if category == "public_space.charity" or (
            kind == "suggestion" and group == "public_space"
        ):
            found.append("reserve_place")
        if category in (
            "home_repair.water_leak",
            "home_repair.roof_wall_leak",
        ) and HIDDEN.search(text):
            found.append("hidden_pipe")
        if category in (
            "home_repair.appliance",
            "home_repair.electric",
        ) and MANY_FAIL.search(text):
            found.append("check_socket")
        if category in (
            "public_facility.floor_wall",
            "home_repair.roof_wall_leak",
        ) and OWNERS_CONSENT.search(text):
            found.append("owners_consent")
        if category == "public_facility.floor_wall" and TRIP.search(text):
            found.append("warning_sign")
        if "fall" in self.flags and group in ("home_repair", "public_facility"):
            found.append("mind_fall")
        if self.flags.keys() & {"gas"} and urgency == "red":
            found.append("no_switches_open_windows")
        if self.flags.keys() & {"electric"} and urgency == "red":
            found.append("keep_away_cut_power")
        if category == "safety.trapped":
            found.append("keep_talking")
        if REPEATED.search(BOTH.sub("", text)):
            found.append("reported_before")
        if (
            not self.report.photos
            and group in ("home_repair", "public_facility", "environment", "greening")
            and urgency in ("yellow", "blue")
        ):
            found.append("ask_photo")
        return found

    # ---- danger alone ------------------------------------------------------------

    def is_red(self):
        """Tell whether `run` would say red; what cannot be is hardly looked at."""
        if not self.text.strip() or self.formal:
            return False
        self.odds = ear.odds(self.heard)
        utmost = ear.weigh(self.odds[0], UTMOST, self.length())
        if utmost < ear.rings() and not self.lexicon.own_urgency:
            # Whatever the rules found, it would not ring.
            return False
        self.hits = self.lexicon.find(self.text)
        self.find_dangers()
        return self.second_ear(*self.urgency("service"), None)[0] == "red"


def _softmax(scores, heat=0.45):
    """Shares of scores; the heat was set so that a lead of 3 points is 80 %."""
    if not scores:
        return {}
    top = max(scores.values())
    raised = {key: math.exp(heat * (value - top)) for key, value in scores.items()}
    total = sum(raised.values())
    return {key: value / total for key, value in raised.items()}


def triage(report, lexicon=None, model=None, context=None):
    """Propose kind, category, urgency, skill, flags, hints and time for a report.

    :param Report report: what came in; a plain string is taken as its words
    :param Lexicon lexicon: the shipped one, or a company's (`Lexicon.extended`)
    :param model: a `classifier.Classifier` of categories, or None
    :param dict context: elder_age (60), situation (codes known from elsewhere),
        model_weight (0..1, share of the model; MODEL_WEIGHT), department_model (a Classifier)
    :return: Result
    """
    if isinstance(report, str):
        report = Report(report)
    return Triage(report, lexicon or standard(), model, context).run()
