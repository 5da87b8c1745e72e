"""Votes in Chromium: on a phone, with large letters, with and without scripts."""

import os
import re
from types import SimpleNamespace

import pytest

from shequ_cli import layout
from shequ_cli.database import RUN_PREFIX

from . import world
from .portal_browser import (
    axe_source,
    follow,
    overflow,
    path_of,
    sign_in,
    small_targets,
    violations,
)
from .processes import LiveServer
from .test_portal_browser import open_everything, run_script, settle

pytestmark = pytest.mark.timeout(900)

# Votes in each state that a page can show, as of today.
VOTES = """
import json
from datetime import timedelta
from unittest.mock import patch
env["res.company"].search([]).shequ_sms_provider = "log"
estate = env["shequ.estate"].search([("code", "=", "JHYY")])
estate.phone = "021-57180000"
User = env["res.users"]
zhu, tenant, neighbour = (User.search([("login", "=", login)]).partner_id
                          for login in ("zhu", "tenant", "neighbour"))
for person, number in ((zhu, "13800001111"), (tenant, "13800002222"),
                       (neighbour, "13800003333")):
    person.phone = number
env["shequ.residency"].search([("role", "=", "owner")]).is_representative = True
env["shequ.unit"].search([]).exclusive_area = 88.32
# 朱先生 is seventy and reads large letters.
zhu.user_ids.shequ_large_type = True
seller = env["res.partner"].create({"name": "孙卖房", "lang": "zh_CN"})
env["shequ.residency"].create({"partner_id": seller.id,
    "unit_id": zhu.shequ_unit_ids[0].id, "role": "owner", "date_from": "2010-01-01",
    "date_to": "2019-12-31"})
User.create({"name": "孙卖房", "login": "seller", "password": "community-2026",
    "partner_id": seller.id, "lang": "zh_CN", "tz": "Asia/Shanghai",
    "group_ids": [(6, 0, [env.ref("shequ_property.group_resident").id])]})
env["shequ.committee.member"].create({"estate_id": estate.id,
    "partner_id": neighbour.id, "position": "chair", "date_from": "2024-01-01"})
Vote = env["shequ.vote"]
now = env.cr.now().replace(microsecond=0)
clock = [now]
matter = lambda code: env["shequ.vote.matter"].search([("code", "=", code)]).id
def make(name, state, **values):
    vote = Vote.create({"name": name, "estate_id": estate.id,
        "opens_at": now - timedelta(days=2), "closes_at": now + timedelta(days=10),
        "committee_told_on": now.date(), "description": "<p>由业主共同决定。</p>",
        **{"motion_ids": [(0, 0, {"name": "同意动用维修资金修缮外墙",
            "matter_id": matter("fund_use"), "description": "<p>预算28.6万元。</p>"}),
            (0, 0, {"name": "同意设置快递柜", "matter_id": matter("common_parts")})],
           **values}})
    vote.document_ids = env["ir.attachment"].create({"name": "预算书.pdf",
        "raw": b"%PDF-1.4", "res_model": vote._name, "res_id": vote.id})
    if state == "check":
        return vote
    clock[0] = now - timedelta(days=20)
    vote.action_submit(); vote.action_announce()
    if state == "notice":
        return vote
    clock[0] = vote.opens_at
    vote.action_open()
    if state == "open":
        return vote
    for number, who in enumerate((zhu, neighbour)):
        vote._cast(vote._electors_of(who), who, {motion.id: [motion.candidate_ids[0].id]
            if motion.form == "election" else "agree" for motion in vote.motion_ids},
            confirmed_by="sms", token=str(number))
    clock[0] = vote.closes_at
    vote.action_close(); vote.action_publish()
    return vote
election = {"name": "选举业主委员会委员", "matter_id": matter("committee"),
    "form": "election", "seats": 2, "candidate_ids": [(0, 0, {"name": name})
    for name in ("顾启明", "沈若兰", "许国安")]}
with patch.object(env.registry["shequ.vote"], "_clock", lambda _vote: clock[0]):
    votes = {
        "facade": make("12号楼外墙修缮", "open"),
        "plain": make("快递柜", "open"),
        "passkey": make("门禁更换", "open"),
        "election": make("业委会选举", "open", secrecy="secret",
                         motion_ids=[(0, 0, election)]),
        "notice": make("南门改造", "notice"),
        "posted": make("车库照明", "publicity"),
        "elected": make("上届选举", "publicity", secrecy="secret",
                        motion_ids=[(0, 0, election)]),
    }
votes["proposal"] = Vote._propose(estate, zhu, "南门夜里刷卡进出", "夜里太吵。",
    env["shequ.vote.matter"].search([("code", "=", "other")]))
env["shequ.vote.objection"]._object(votes["notice"], zhu, "roll", "面积少了一平方米")
env.cr.commit()
elector = votes["plain"].elector_ids[0]
print(json.dumps({"votes": {name: vote.id for name, vote in votes.items()},
                  "door": f"/vote/round/{votes['plain'].id}/{elector.id}"}))
"""


@pytest.fixture(scope="module")
def booth(pg, world_template, tmp_path_factory):
    """One server with votes in each state for all tests of this file."""
    database = f"{RUN_PREFIX}booth-{os.getpid()}"
    pg.copy(world_template.name, database)
    server = LiveServer(
        database,
        layout.environment((layout.TEST_ADDONS,), **pg.env),
        0,
        tmp_path_factory.mktemp("booth") / "server.log",
    )
    # Odoo's Debian package leaves this script of the video calls out.
    server.expect_error("selfie_segmentation")
    try:
        more = run_script(pg, database, VOTES)
        server.facts = {**world_template.facts, **more}
        # A passkey belongs to a name; an address has none.
        server.name = f"http://localhost:{server.port}"
        pg.sql(
            f"UPDATE ir_config_parameter SET value = '{server.name}' "
            "WHERE key = 'web.base.url'",
            database,
        )
        server.sql = lambda query: pg.sql(query, database)
        yield server.start()
    finally:
        server.stop()
        pg.drop(database)
    errors = server.errors()
    assert not errors, "errors in the server's log:\n" + "\n".join(errors)


def code_for(booth, number):
    """The last code that was sent to a number."""
    body = booth.sql(
        "SELECT body FROM shequ_sms_outbox WHERE purpose = 'code' AND number LIKE "
        f"'%{number}' ORDER BY id DESC LIMIT 1"
    )
    return re.search(r"\d{6}", str(body))[0]


def forget_limits(booth):
    booth.sql("DELETE FROM shequ_login_throttle")


def fits(page, what):
    assert overflow(page) <= 0, what
    assert not small_targets(page), what


def vote_page(booth, name, rest=""):
    return booth.url(f"/my/votes/{booth.facts['votes'][name]}{rest}")


def test_a_resident_of_seventy_votes_on_a_phone_in_large_letters(booth, phone):
    forget_limits(booth)
    sign_in(phone, booth, "zhu", world.PASSWORD)
    phone.goto(booth.url("/my/community"))
    assert phone.evaluate("document.documentElement.dataset.large") == "1"
    # The ballot that waits is the first thing on the home, and one tap away.
    first = phone.locator("[data-card]").first
    assert first.get_attribute("data-card") == "votes"
    follow(phone, first)
    facade = booth.facts["votes"]["facade"]
    follow(phone, phone.locator(f"a[href='/my/votes/{facade}']"))
    fits(phone, "the vote")
    assert "88.32 m²" in phone.inner_text("main")
    follow(phone, phone.locator("a[href$='/ballot']"))
    fits(phone, "the ballot")
    boxes = phone.locator(".sq-choices label").evaluate_all(
        "labels => labels.map(label => label.getBoundingClientRect().height)"
    )
    assert min(boxes) >= 60, "three choices, each as large as a thumb"
    for number, choice in enumerate(("agree", "against")):
        phone.locator(
            f".sq-step:nth-of-type({number + 1}) input[value={choice}]"
        ).check(force=True)
    phone.locator(".sq-send button").click()
    phone.wait_for_selector("#code")
    fits(phone, "the confirmation")
    chosen = phone.locator(".sq-sure").all_inner_texts()
    assert len(chosen) == 2 and chosen[0] != chosen[1]
    assert "138****1111" in phone.inner_text("main")
    # A wrong code loses nothing.
    code = code_for(booth, "13800001111")
    phone.fill("#code", "000000" if code != "000000" else "111111")
    phone.click("[data-cast]")
    phone.wait_for_selector("#field-error")
    assert phone.locator(".sq-sure").all_inner_texts() == chosen
    phone.fill("#code", code)
    phone.click("[data-cast]")
    phone.wait_for_selector(".sq-done")
    fits(phone, "the receipt")
    receipt = phone.locator(".sq-seal").first.inner_text()
    head = phone.locator(".sq-seal").nth(2).inner_text()
    phone.goto(vote_page(booth, "facade"))
    assert phone.locator("a[href$='/ballot']").count() == 0
    phone.fill("#receipt", receipt)
    phone.click("#find button")
    phone.wait_for_selector("#find [role=status]")
    page = phone.context.request.get(
        booth.url(f"/vote/{booth.facts['votes']['facade']}/head.json")
    )
    assert page.json()["head"] == head
    assert (
        booth.sql(
            "SELECT string_agg(DISTINCT channel, ',') FROM shequ_vote_elector e "
            "JOIN res_users u ON u.partner_id = e.voter_id "
            f"WHERE u.login = 'zhu' AND vote_id = {booth.facts['votes']['facade']}"
        ).strip()
        == "online"
    )


@pytest.fixture
def passkey(booth):
    """Put a key that knows its owner into a browser, and sign its owner in."""

    def give(page, login, password):
        keys = page.context.new_cdp_session(page)
        keys.send("WebAuthn.enable")
        keys.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        named = SimpleNamespace(
            url=lambda path: booth.name + path, database=booth.database
        )
        sign_in(page, named, login, password)
        # The button is deaf until its script is there.
        page.goto(named.url("/my/security"), wait_until="networkidle")
        page.click("#portal_passkey_add")
        dialog = page.locator(".modal.o_technical_modal")
        dialog.locator("input[type=password]").fill(password)
        dialog.locator(".btn-primary").click()
        dialog.locator("input[name=keyname]").fill("手机")
        follow(page, dialog.locator(".btn-primary"))
        page.wait_for_selector(".o_passkey_portal_entry")
        return named

    return give


def test_a_passkey_casts_without_a_code(booth, phone, passkey):
    forget_limits(booth)
    named = passkey(phone, "zhu", world.PASSWORD)
    vote = booth.facts["votes"]["passkey"]
    sent = "SELECT count(*) FROM shequ_sms_outbox WHERE purpose = 'code'"
    before = booth.sql(sent)
    phone.goto(named.url(f"/my/votes/{vote}/ballot"))
    for radio in phone.locator("input[value=agree]").all():
        radio.check(force=True)
    follow(phone, phone.locator(".sq-send button"))
    fits(phone, "the confirmation by passkey")
    assert phone.locator("#code").count() == 0
    assert booth.sql(sent) == before, "who has a passkey needs no message"
    follow(phone, phone.locator("[data-passkey] button"))
    phone.wait_for_selector(".sq-done")
    kept = booth.sql(
        "SELECT DISTINCT confirmed_by FROM shequ_vote_ballot "
        f"WHERE vote_id = {vote} AND confirmed_by IS NOT NULL"
    )
    assert kept.strip() == "passkey"
    # The same key signs a proposal.
    phone.goto(named.url(f"/my/votes/{booth.facts['votes']['proposal']}/sign"))
    follow(phone, phone.locator("button[value=send]"))
    fits(phone, "the signature by passkey")
    follow(phone, phone.locator("[data-passkey] button"))
    assert booth.sql("SELECT confirmed_by FROM shequ_vote_signature").strip() == (
        "passkey"
    )
    assert booth.sql(sent) == before


def test_a_lost_passkey_leaves_the_code(booth, phone, passkey):
    """The key is on file, the telephone at hand does not have it."""
    forget_limits(booth)
    named = passkey(phone, "neighbour", world.PASSWORD)
    vote = booth.facts["votes"]["passkey"]
    phone.goto(named.url(f"/my/votes/{vote}/ballot"))
    for radio in phone.locator("input[value=against]").all():
        radio.check(force=True)
    follow(phone, phone.locator(".sq-send button"))
    phone.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new Error()); }"
    )
    phone.click("[data-passkey] button")
    phone.wait_for_selector("[data-passkey-error]:visible")
    follow(phone, phone.locator("button[name=again]"))
    fits(phone, "passkey and code")
    phone.fill("#code", code_for(booth, "13800003333"))
    follow(phone, phone.locator("[data-cast]"))
    phone.wait_for_selector(".sq-done")


def test_without_scripts_too(booth, new_page):
    forget_limits(booth)
    page = new_page({"width": 390, "height": 844}, java_script_enabled=False)
    sign_in(page, booth, "neighbour", world.PASSWORD)
    page.goto(vote_page(booth, "election", "/ballot"))
    people = page.locator("input[type=checkbox]")
    # By keyboard: what floats over the page is in nobody's way.
    people.nth(0).press("Space")
    people.nth(2).press("Space")
    follow(page, page.locator(".sq-send button"))
    if not page.locator("#code").count():
        # Who has a passkey asks for a code: without scripts there is no other way.
        follow(page, page.locator("button[name=again]"))
    page.fill("#code", code_for(booth, "13800003333"))
    follow(page, page.locator("[data-cast]"))
    page.wait_for_selector(".sq-done")
    # Of a secret ballot the server keeps nothing beside the name.
    kept = booth.sql(
        "SELECT count(*) FROM shequ_vote_ballot WHERE commitment IS NOT NULL "
        f"AND vote_id = {booth.facts['votes']['election']}"
    )
    assert int(kept) == 0


def test_at_most_so_many_names_can_be_ticked(booth, phone):
    sign_in(phone, booth, "zhu", world.PASSWORD)
    phone.goto(vote_page(booth, "election", "/ballot"))
    people = phone.locator("input[type=checkbox]")
    people.nth(0).check(force=True)
    people.nth(1).check(force=True)
    assert people.nth(2).is_disabled()
    assert "2" in phone.inner_text("[data-ticked]")
    people.nth(0).uncheck(force=True)
    assert people.nth(2).is_enabled()


@pytest.mark.parametrize(
    ("login", "words"), [("tenant", "You rent|租"), ("seller", "no longer own|已不是")]
)
def test_who_cannot_vote_is_told_plainly(booth, phone, login, words):
    sign_in(phone, booth, login, world.PASSWORD)
    phone.goto(vote_page(booth, "facade"))
    assert re.search(words, phone.inner_text(".sq-note-gold"))
    assert phone.locator("a[href$='/ballot']").count() == 0
    phone.goto(vote_page(booth, "facade", "/ballot"))
    assert re.search(words, phone.inner_text("[role=alert]"))
    assert "021-57180000" in phone.inner_text("main"), "whom to ask when it is wrong"
    fits(phone, login)


def all_pages(facts):
    votes = facts["votes"]
    pages = [("zhu", "/my/votes"), ("zhu", "/my/votes/propose")]
    pages += [("zhu", f"/my/votes/{number}") for number in votes.values()]
    pages += [
        ("tenant", f"/my/votes/{votes['plain']}"),
        ("tenant", f"/my/votes/{votes['plain']}/ballot"),
        ("zhu", f"/my/votes/{votes['plain']}/ballot"),
        ("zhu", f"/my/votes/{votes['election']}/ballot"),
        ("zhu", f"/my/votes/{votes['notice']}/roll"),
        ("zhu", f"/my/votes/{votes['notice']}/objections"),
        ("zhu", f"/my/votes/{votes['notice']}/proxy"),
        ("zhu", f"/my/votes/{votes['posted']}/objections"),
        ("zhu", f"/my/votes/{votes['posted']}/choices"),
        ("zhu", f"/my/votes/{votes['proposal']}/sign"),
        ("neighbour", f"/my/votes/{votes['plain']}/turnout"),
        ("neighbour", "/my/committee"),
        ("neighbour", f"/my/committee/votes/new/{facts['estate']}"),
        *(
            ("neighbour", f"/my/committee/votes/{votes[name]}")
            for name in ("proposal", "notice", "plain", "elected")
        ),
        ("desk", "/vote/round"),
        ("desk", f"/vote/round/{votes['plain']}"),
        ("desk", facts["door"]),
        (None, f"/vote/{votes['plain']}"),
        (None, f"/vote/{votes['elected']}"),
        (None, f"/vote/{votes['proposal']}"),
    ]
    return pages


@pytest.mark.parametrize(
    ("theme", "large"), [("light", False), ("dark", False), ("light", True)]
)
def test_pages_are_accessible(booth, new_page, theme, large):
    """axe-core without a finding; targets of 44 px; nothing runs over the edge."""
    source = axe_source()
    found, tabs = [], {}
    for login, path in all_pages(booth.facts):
        if login not in tabs:
            tabs[login] = new_page(
                {"width": 390, "height": 844}, is_mobile=True, has_touch=True
            )
            if login:
                sign_in(tabs[login], booth, login, world.PASSWORD)
        page = tabs[login]
        page.goto(booth.url(path))
        settle(page, theme, large)
        open_everything(page)
        found += [f"{path}: {line}" for line in violations(page, source)]
        found += [f"{path}: {line}" for line in small_targets(page)]
        if overflow(page) > 0:
            found.append(f"{path}: {overflow(page)} px too wide")
    assert not found, "\n".join(found)


def test_pages_on_a_desk(booth, desktop):
    source = axe_source()
    found, signed_in = [], None
    wanted = [
        page for page in all_pages(booth.facts) if page[0] in ("zhu", "neighbour")
    ]
    for login, path in sorted(wanted):
        if login != signed_in:
            sign_in(desktop, booth, login, world.PASSWORD)
            signed_in = login
        desktop.goto(booth.url(path))
        assert path_of(desktop) == path
        found += [f"{path}: {line}" for line in violations(desktop, source)]
        if overflow(desktop) > 0:
            found.append(f"{path}: {overflow(desktop)} px too wide")
    assert not found, "\n".join(found)


def test_the_committee_leads_a_vote_on_a_phone(booth, phone):
    """From the home to the announcement, with a document and the check."""
    sign_in(phone, booth, "neighbour", world.PASSWORD)
    phone.goto(booth.url("/my/community"))
    follow(phone, phone.locator("[data-card=committee]"))
    follow(phone, phone.locator("a[href*='/my/committee/votes/new/']"))
    phone.fill("#title", "更换电梯")
    phone.locator("input[value=assembly]").check(force=True)
    follow(phone, phone.locator("main form button[type=submit]"))
    phone.fill("#motion", "同意更换2号楼电梯")
    phone.select_option("#matter", index=1)
    follow(phone, phone.locator("form[action$='/motion'] button[type=submit]"))
    phone.set_input_files(
        "#file",
        {"name": "方案.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 x"},
    )
    follow(phone, phone.locator("form[action$='/document'] button[type=submit]"))
    assert "方案" in phone.inner_text("#documents ~ div")
    follow(phone, phone.locator("button[value=submit]"))
    # What is missing is said, and there is no button to go on without it.
    assert phone.locator("#next ~ ul li").count() == 1
    assert phone.locator("button[value=announce]").count() == 0
    fits(phone, "what is missing")
    phone.fill("#told-on", booth.sql("SELECT current_date").strip())
    follow(phone, phone.locator("form[action$='/agenda'] button[type=submit]"))
    follow(phone, phone.locator("button[value=announce]"))
    fits(phone, "the announcement")
    path = path_of(phone).replace("/my/committee", "/my")
    number = path.rsplit("/", 1)[-1]
    entry = booth.sql(
        f"SELECT entry FROM shequ_vote_event WHERE vote_id = {number} "
        "AND kind = 'announced'"
    )
    assert '"role":"committee"' in entry
    # A neighbour reads it the same minute.
    sign_in(phone, booth, "zhu", world.PASSWORD)
    phone.goto(booth.url(path))
    assert "更换电梯" in phone.inner_text("h1")


def test_the_office_leads_a_vote(booth, desktop):
    """The desk of a vote: board, form, result sheet, keying a ballot."""
    errors = []
    desktop.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(desktop, booth, "manager", world.PASSWORD)
    desktop.goto(booth.url("/odoo/votes"))
    desktop.wait_for_selector(".o_kanban_record:not(.o_kanban_ghost)")
    desktop.goto(booth.url(f"/odoo/votes/{booth.facts['votes']['posted']}"))
    desktop.wait_for_selector(".o_form_view [name=result_sheet] table")
    desktop.goto(booth.url(f"/odoo/votes/{booth.facts['votes']['plain']}"))
    desktop.wait_for_selector(".o_form_view [name=turnout_area]")
    assert desktop.locator("[name=result_sheet]").count() == 0
    desktop.locator(
        ".o_statusbar_buttons button", has_text=re.compile("Key|录入")
    ).click()
    desktop.wait_for_selector(".modal [name=number] input")
    desktop.fill(".modal [name=number] input", "12-1-AAAA")
    desktop.click(".modal [name=action_find]")
    desktop.wait_for_selector(".modal .modal-body:has-text('12-1-AAAA')")
    assert not errors, errors
