"""What is published, in Chromium: a resident, a committee member, a visitor."""

import hashlib
import re
import subprocess
import sys

import pytest

from shequ_cli import layout

from . import world
from .portal_browser import (
    axe_source,
    follow,
    overflow,
    sign_in,
    small_targets,
    violations,
)

pytestmark = pytest.mark.timeout(900)

CANARY = ("朱先生", "13812345678", "12-1201")
WORLD = """
import json
estate = env["shequ.estate"].search([("code", "=", "JHYY")])
estate.phone = "021-57180000"
User = env["res.users"]
zhu, neighbour, manager, desk = (
    User.search([("login", "=", login)])
    for login in ("zhu", "neighbour", "manager", "desk")
)
env["shequ.committee.member"].create({"estate_id": estate.id, "position": "chair",
    "partner_id": neighbour.partner_id.id, "date_from": "2024-01-01"})
company = estate.company_id
accounts = env["account.account"].with_company(company)
fees, lift, parking, bank = accounts.create([
    {"code": "910001", "name": "物业费收入", "account_type": "income"},
    {"code": "910002", "name": "电梯维保", "account_type": "expense"},
    {"code": "910003", "name": "停车收益", "account_type": "income", "tag_ids":
        [(4, env.ref("shequ_property.account_tag_public_revenue").id)]},
    {"code": "910004", "name": "银行", "account_type": "asset_current"}])
journal = env["account.journal"].create({"name": "杂项", "code": "ZX",
    "type": "general", "company_id": company.id})
analytic = {str(estate._ensure_analytic_account().id): 100}
def enter(day, account, balance, label, partner=False):
    move = env["account.move"].create({"journal_id": journal.id, "date": day,
        "line_ids": [(0, 0, {"account_id": account.id, "balance": balance,
            "name": label, "partner_id": partner and partner.id,
            "analytic_distribution": analytic}),
            (0, 0, {"account_id": bank.id, "balance": -balance})]})
    move.action_post()
enter("2026-07-15", fees, -30000, "12-1201 朱先生 13812345678", zhu.partner_id)
enter("2026-08-20", lift, 30000, "电梯大修 13812345678")
enter("2026-08-02", parking, -4500, "地面停车")
env["ir.config_parameter"].set_param("shequ.disclosure.four_eyes", "0")
def publish(code, **values):
    kind = env["shequ.disclosure.type"]._by_code(code)
    disclosure = env["shequ.disclosure"].create({"estate_id": estate.id,
        "type_id": kind.id, "date_from": "2026-07-01", "date_to": "2026-09-30",
        **values})
    disclosure.action_draw()
    disclosure.line_ids.filtered(lambda line: line.kind == "text").text = "业主专户"
    disclosure.action_submit()
    disclosure.action_publish()
    return disclosure
accounts = publish("settlement")
revenue = publish("public_revenue")
import base64, io
from PIL import Image
exif = Image.Exif()
exif[0x010E] = "朱先生 13812345678 31.2304,121.4737"
photo = io.BytesIO()
Image.new("RGB", (600, 800), "white").save(photo, "JPEG", exif=exif)
report = env["shequ.disclosure"].create({"estate_id": estate.id, "type_id":
    env["shequ.disclosure.type"]._by_code("inspection").id,
    "file_ids": [(0, 0, {"name": "电梯检验报告.jpg", "checked": True,
        "raw": base64.b64encode(photo.getvalue())})]})
report.line_ids.text = "三号楼电梯,合格"
report.action_submit()
report.action_publish()
late = env["shequ.disclosure"].create({"estate_id": estate.id, "type_id":
    env["shequ.disclosure.type"]._by_code("energy").id, "date_from": "2025-01-01",
    "date_to": "2025-12-31", "due_on": "2026-03-01"})
env.cr.commit()
print(json.dumps({"accounts": accounts.id, "revenue": revenue.id,
    "report": report.id,
    "token": estate._disclosure_sign_token(), "review": accounts.review_ids.id}))
env.cr.commit()
"""
CORRECT = """
import json
disclosure = env["shequ.disclosure"].browse(%s)
disclosure.action_correct()
disclosure.line_ids[:1].note = "见合同"
disclosure.change_note = "补充说明"
disclosure.action_submit()
disclosure.action_publish()
question = disclosure.question_ids
question.answer = "三号楼电梯大修"
question.action_answer()
env.cr.commit()
print(json.dumps({}))
"""


@pytest.fixture
def shop(live_server, new_database, world_template, odoo_script):
    """A server with published accounts; `facts` of it, `run` for scripts."""
    server = live_server(database=new_database(world_template.name))
    server.run = lambda script: odoo_script(server.database, script)
    server.facts = server.run(WORLD)
    return server


def check(page, source):
    """Nothing sticks out, everything can be tapped, axe finds nothing."""
    assert not overflow(page), page.url
    assert not small_targets(page), page.url
    assert not violations(page, source), page.url


def test_resident_opens_a_figure_to_the_voucher_and_asks(shop, phone):
    source = axe_source()
    facts = shop.facts
    sign_in(phone, shop, "zhu", world.PASSWORD)
    phone.goto(shop.url("/my/community"))
    follow(phone, phone.locator("[data-card=disclosures]"))
    # What is missing shows before what is there.
    assert "2025" in phone.locator("section[aria-labelledby=late]").inner_text()
    check(phone, source)
    follow(phone, phone.locator(f"a[href='/my/disclosures/{facts['accounts']}']"))
    assert "30,000.00" in phone.inner_text("main")
    check(phone, source)
    follow(phone, phone.locator("[data-key='expense/910002'] a[href*=entries]"))
    check(phone, source)
    follow(phone, phone.locator("a[href*=voucher]").first)
    voucher = phone.inner_text("main")
    assert "■■■" in voucher and "13812345678" not in voucher
    check(phone, source)
    phone.goto(shop.url(f"/my/disclosures/{facts['accounts']}"))
    follow(phone, phone.locator("[data-key='expense/910002'] a[href*=ask]"))
    check(phone, source)
    phone.fill("textarea", "这笔3万元是什么?")
    follow(phone, phone.locator("button[type=submit]"))
    assert "这笔3万元是什么?" in phone.inner_text("[data-key='expense/910002']")
    shop.run(CORRECT % facts["accounts"])
    phone.reload()
    line = phone.inner_text("[data-key='expense/910002']")
    assert "三号楼电梯大修" in line
    follow(phone, phone.locator("a[href$='/changes/2']").first)
    assert "见合同" in phone.inner_text("main")
    check(phone, source)
    with phone.expect_download() as download:
        phone.goto(shop.url(f"/my/disclosures/{facts['accounts']}"))
        phone.locator("a[href$='.json']").click()
    code, said = verify(download.value.path())
    assert code == 0, said


def verify(*arguments):
    """Run the verifier as whoever holds an export does, without Odoo."""
    done = subprocess.run(
        [
            sys.executable,
            layout.ROOT / "addons/shequ_property/tools/verify_disclosures.py",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_committee_member_checks_objects_and_assesses(shop, phone):
    source = axe_source()
    facts = shop.facts
    sign_in(phone, shop, "neighbour", world.PASSWORD)
    phone.goto(shop.url("/my/community"))
    follow(phone, phone.locator("[data-card=committee]"))
    check(phone, source)
    follow(phone, phone.locator(f"a[href$='/review/{facts['review']}']"))
    check(phone, source)
    follow(phone, phone.locator("button[name=answer][value=no]").first)
    phone.locator("details:has(input[value='expense/910002']) summary").click()
    form = phone.locator("form:has(input[value='expense/910002'])")
    form.locator("textarea").fill("金额过大,请附合同")
    follow(phone, form.locator("button"))
    assert "金额过大" in phone.inner_text("main")
    # An objection without a reason is not signed.
    follow(phone, phone.locator("button[name=verdict][value=object]"))
    assert phone.locator("[role=alert]").count()
    phone.fill("#reason", "缺少电梯大修合同")
    follow(phone, phone.locator("button[name=verdict][value=object]"))
    assert "缺少电梯大修合同" in phone.inner_text("section[aria-labelledby=signed]")
    assert not phone.locator("button[name=verdict]").count()
    check(phone, source)
    phone.goto(shop.url("/my/committee"))
    follow(phone, phone.locator("a[href*='/assessment/']"))
    check(phone, source)
    for field in phone.locator("input[name^=c][type=number]").all():
        field.fill("80")
    follow(phone, phone.locator("form[action$='/mark'] button"))
    follow(phone, phone.locator("form[action$='/publish'] button"))
    assert "80.0" in phone.inner_text("main")


def test_visitor_with_the_code_of_the_sign(shop, new_page, phone):
    source = axe_source()
    facts = shop.facts
    phone.goto(shop.url(f"/d/{facts['token']}"))
    check(phone, source)
    html = phone.content()
    # An id of one digit is found in many an address: look at the links alone.
    assert phone.locator(f"a[href$='/{facts['revenue']}']").count() == 1
    assert phone.locator(f"a[href$='/{facts['accounts']}']").count() == 0
    follow(phone, phone.locator(f"a[href$='/{facts['revenue']}']"))
    assert "4,500.00" in phone.inner_text("main")
    check(phone, source)
    html += phone.content()
    for canary in CANARY:
        assert canary not in html
    assert not re.search(r"/(entries|voucher|ask)", html)
    # Without scripts it reads the same.
    plain = new_page(java_script_enabled=False)
    plain.goto(shop.url(f"/d/{facts['token']}/{facts['revenue']}"))
    assert "4,500.00" in plain.inner_text("main")
    answer = phone.context.request.get(
        shop.url(f"/d/{facts['token']}/{facts['accounts']}")
    )
    assert answer.status == 404


def test_visitor_takes_the_paper_and_checks_it(shop, phone, tmp_path):
    source = axe_source()
    facts = shop.facts
    url = shop.url(f"/d/{facts['token']}/{facts['report']}")
    phone.goto(url)
    check(phone, source)
    papers = phone.locator("section[aria-labelledby=papers]")
    assert "电梯检验报告.jpg" in papers.inner_text()
    link = papers.locator("a[data-file]").get_attribute("href")
    answer = phone.context.request.get(shop.url(link))
    paper = tmp_path / "电梯检验报告.jpg"
    paper.write_bytes(answer.body())
    assert b"13812345678" not in answer.body()
    assert hashlib.sha256(answer.body()).hexdigest() in papers.inner_text()
    export = tmp_path / "export.json"
    export.write_bytes(phone.context.request.get(f"{url}/file/1.json").body())
    assert verify(export, "--files", paper)[0] == 0
    paper.write_bytes(answer.body()[:-1] + b"x")
    code, said = verify(export, "--files", paper)
    assert code == 1 and "电梯检验报告.jpg" in said
