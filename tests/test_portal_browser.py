"""The resident portal in Chromium at 390 and 1280 pixels."""

import io
import json
import os
import re
import subprocess
import time

import pytest
from PIL import Image

from shequ_cli import layout
from shequ_cli.database import RUN_PREFIX

from . import world
from .portal_browser import (
    axe_source,
    hero_contrast,
    overflow,
    path_of,
    sign_in,
    small_targets,
    violations,
)
from .processes import LiveServer

pytestmark = pytest.mark.timeout(900)


def photo(size=(1600, 1200), noise=40):
    """A photograph as large as a telephone's: noise does not compress."""
    image = Image.effect_noise(size, noise).convert("RGB")
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=92)
    return stream.getvalue()


@pytest.fixture(scope="module")
def community(pg, world_template, tmp_path_factory):
    """One server with a small community for all tests of this file.

    Tests that file a report do so as a resident of their own: see `resident`.
    """
    database = f"{RUN_PREFIX}portal-{os.getpid()}"
    pg.copy(world_template.name, database)
    server = LiveServer(
        database,
        layout.environment((layout.TEST_ADDONS,), **pg.env),
        0,
        tmp_path_factory.mktemp("portal") / "server.log",
    )
    try:
        more = run_script(pg, database, TICKETS)
        server.facts = {**world_template.facts, **more}
        server.residents = iter(server.facts["residents"])
        server.sql = lambda query: pg.sql(query, database)
        yield server.start()
    finally:
        server.stop()
        pg.drop(database)
    errors = server.errors()
    assert not errors, "errors in the server's log:\n" + "\n".join(errors)


@pytest.fixture
def resident(community):
    """Log-in of somebody of building 12 who has not reported anything yet."""
    return next(community.residents)


# Tickets in each state that a page can show.
TICKETS = """
import io, json
from PIL import Image
stream = io.BytesIO(); Image.new("RGB", (400, 300), (90, 140, 120)).save(stream, "JPEG")
photo = lambda name: {"type": "photo", "name": name, "raw": stream.getvalue()}
User = env["res.users"]
zhu, neighbour = (
    User.search([("login", "=", login)]).partner_id for login in ("zhu", "neighbour")
)
desk = User.search([("login", "=", "desk")])
worker = env["shequ.worker"].search([], limit=1)
estate = env["shequ.estate"].search([("code", "=", "JHYY")])
estate.phone = "021-57180000"
building = estate.building_ids[0]
unit = zhu.shequ_unit_ids[0]
family = env["res.partner"].create({"name": "朱奶奶"})
env["shequ.residency"].create({"partner_id": family.id, "unit_id": unit.id,
    "role": "family", "date_from": "2021-01-01"})
second = env["shequ.unit"].create({"building_id": building.id, "entrance": "1",
    "room": "1501"})
env["shequ.residency"].create({"partner_id": zhu.id, "unit_id": second.id,
    "date_from": "2022-01-01"})
def take(who, **values):
    return env["shequ.ticket"]._intake({"channel": "portal", "reporter_id": who.id,
        "contact_phone": "13812345678", "description": "厨房水管漏水，请尽快来看看。",
        "category_code": "home_repair.water_leak", **values})
def send(ticket):
    staff = ticket.with_user(desk); staff.action_accept(); staff._assign(worker=worker)
    return staff
shared = {"building_id": building.id, "is_public_area": True, "visibility": "shared",
    "category_code": "public_facility.floor_wall", "place_text": "一层电梯厅",
    "description": "电梯厅地砖松动起翘，容易绊倒老人。", "media": [photo("a.jpg")]}
new = take(zhu, **shared)
sent = take(zhu, unit_id=unit.id, media=[photo("a.jpg"), photo("b.jpg")],
    preferred_time="下午六点以后", on_behalf_id=family.id)
send(sent); sent._talk(zhu, "师傅几点到？"); sent._talk(desk.partner_id, "18:30 到")
held = take(zhu, unit_id=unit.id); send(held)._hold("parts", "等厂家发货")
done = take(zhu, unit_id=unit.id); staff = send(done); staff.action_start()
staff._finish("换了新的水管", photos=[photo("done.jpg")])
rated = take(zhu, unit_id=unit.id); staff = send(rated); staff.action_start()
staff._finish("换了新的水管", photos=[photo("done.jpg")])
rated._rate(zhu, 5, env["shequ.rating.tag"].search([], limit=2), "师傅响应及时")
rated.model_case_consent = "asked"
returned = take(zhu, unit_id=unit.id); returned.with_user(desk)._return("是几楼？")
cancelled = take(zhu, unit_id=unit.id); cancelled._cancel(zhu, "自己修好了")
quoted = take(zhu, unit_id=unit.id); send(quoted)
env["shequ.ticket.cost"].create({"ticket_id": quoted.id, "name": "水管", "quantity": 2,
    "price_unit": 30, "payer": "resident"})
quoted.with_user(desk).action_send_quotation()
theirs = take(neighbour, **shared); other = take(neighbour, **shared)
other._join(zhu)
residents = []
for number in range(20):
    home = env["shequ.unit"].create({"building_id": building.id, "entrance": "2",
        "room": str(301 + 100 * number)})
    person = env["res.partner"].create({"name": f"住户{number}"})
    env["shequ.residency"].create({"partner_id": person.id, "unit_id": home.id,
        "date_from": "2022-01-01"})
    person.email = f"resident{number}@example.com"
    user = User._shequ_grant_portal(person)
    user.write({"login": f"resident{number}", "password": "community-2026"})
    residents.append(user.login)
env.cr.commit()
print(json.dumps({"residents": residents, "theirs": theirs.id, "tickets": {
    name: ticket.id for name, ticket in {"new": new,
    "sent": sent, "held": held, "done": done, "rated": rated, "returned": returned,
    "cancelled": cancelled, "quoted": quoted, "joined": other}.items()}}))
"""


def run_script(pg, database, script):
    """Run a script with `env` in Odoo; return the JSON of its last line."""
    done = subprocess.run(
        [
            str(layout.PYTHON),
            "-c",
            "import sys\n"
            "from click_odoo import OdooEnvironment\n"
            "from odoo.tools import config\n"
            f"config.parse_config(['-d', {database!r}, '--log-level=error',"
            " '--no-http'])\n"
            f"with OdooEnvironment({database!r}) as env:\n"
            "    exec(sys.stdin.read(), {'env': env})\n",
        ],
        input=script,
        env=layout.environment((layout.TEST_ADDONS,), **pg.env),
        cwd=layout.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def pages(facts):
    """Every page of the portal, with each state of a ticket."""
    return [
        "/my/community",
        "/my/report",
        "/my/report?kind=complaint",
        "/my/report?kind=ask",
        "/my/tickets?show=open",
        "/my/tickets?show=all",
        "/my/tickets?search=nothing-like-this",
        *[f"/my/tickets/{number}" for number in facts["tickets"].values()],
        "/my/neighbours",
        f"/my/neighbours/{facts['theirs']}",
        "/my/homes",
        "/my/settings",
        "/my/tickets/999999999",
    ]


def open_everything(page):
    """Unfold what is folded, so that it is measured too."""
    page.evaluate(
        "document.querySelectorAll('details').forEach(d => { d.open = true; })"
    )


def settle(page, theme, large=False):
    """Choose colours and size as the settings page does."""
    page.evaluate(
        "([theme, large]) => { document.documentElement.dataset.theme = theme;"
        " if (large) { document.documentElement.dataset.large = '1'; } }",
        [theme, large],
    )


def walk(page, community, check):
    """Visit each page in both themes and in large type; collect complaints."""
    sign_in(page, community, "zhu", world.PASSWORD)
    found = []
    for path in pages(community.facts):
        page.goto(community.url(path))
        open_everything(page)
        for theme, large in (("light", False), ("dark", False), ("light", True)):
            settle(page, theme, large)
            look = f"{path} {theme}{' large' if large else ''}"
            found += [f"{look}: {line}" for line in check(page)]
    return found


@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_axe_finds_nothing(community, device, request):
    source = axe_source()
    page = request.getfixturevalue(device)
    found = walk(page, community, lambda page: violations(page, source))
    assert not found, "\n".join(found)


def test_words_on_the_coloured_head_can_be_read(community, phone):
    sign_in(phone, community, "zhu", world.PASSWORD)
    phone.goto(community.url("/my/community"))
    assert hero_contrast(phone) >= 4.5


def test_faults_would_be_found(community, phone):
    """The checks above are able to fail."""
    sign_in(phone, community, "zhu", world.PASSWORD)
    phone.goto(community.url("/my/tickets?show=all"))
    phone.evaluate(
        "document.querySelector('h1').style.color = '#bbb';"
        "document.querySelector('[type=search]').removeAttribute('aria-label');"
        "document.querySelector('[type=search]').removeAttribute('placeholder');"
        "document.querySelector('.sq-brand').style.minHeight = '20px';"
        "document.querySelector('main').style.width = '900px';"
        "document.querySelector('main').style.maxWidth = 'none';"
    )
    found = " ".join(violations(phone, axe_source()))
    assert "color-contrast" in found
    assert "label" in found
    assert any("sq-brand" in line for line in small_targets(phone))
    assert overflow(phone) > 0


def test_every_target_is_44_pixels_and_nothing_overflows(community, phone):
    def check(page):
        wide = overflow(page)
        return small_targets(page) + ([f"{wide} px too wide"] if wide > 0 else [])

    found = walk(phone, community, check)
    assert not found, "\n".join(found)


def test_pages_load_without_complaints_of_the_browser(community, phone):
    said = []
    phone.on("console", lambda message: said.append(message.text))
    phone.on("pageerror", lambda error: said.append(str(error)))
    sign_in(phone, community, "zhu", world.PASSWORD)
    for path in pages(community.facts)[:-1]:
        phone.goto(community.url(path))
    assert not said, "\n".join(said)


# --- reporting -----------------------------------------------------------------


def begin_report(page, community, login, photos=1, size=(1600, 1200)):
    sign_in(page, community, login, world.PASSWORD)
    page.goto(community.url("/my/report"))
    page.evaluate("window.shequ.report.ready")
    page.check("#place-home", force=True)
    page.check("[name=category][value='home_repair.water_leak']", force=True)
    files = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": photo(size)}
        for n in range(photos)
    ]
    if files:
        page.set_input_files("[data-pick=album]", files)
        page.wait_for_function(
            "n => document.querySelectorAll('[data-shots] img').length === n",
            arg=photos,
        )


def send(page):
    page.click("form[data-report] button[type=submit]")


def filed(community, login):
    """Reports of a person: the words and the number of photos of each."""
    return json.loads(
        community.sql(
            f"""
            SELECT COALESCE(json_agg(json_build_array(description, photos)), '[]')
              FROM (SELECT ticket.description, count(media.id) AS photos
                      FROM shequ_ticket ticket
                      JOIN res_users users ON users.partner_id = ticket.reporter_id
                 LEFT JOIN shequ_ticket_media media ON media.ticket_id = ticket.id
                     WHERE users.login = '{login}'
                  GROUP BY ticket.id) AS reports
            """
        )
    )


def test_report_in_three_taps(community, phone, resident):
    """Tile, photo, send."""
    begin_report(phone, community, resident)
    send(phone)
    phone.wait_for_url(re.compile(r"/my/tickets/\d+"))
    assert [photos for _words, photos in filed(community, resident)] == [1]


def test_report_goes_through_on_slow_3g(community, phone, slow_network, resident):
    sign_in(phone, community, resident, world.PASSWORD)
    slow_network(phone)
    began = time.monotonic()
    phone.goto(community.url("/my/report"), timeout=60000)
    shown = time.monotonic() - began
    slow = 15
    assert shown < slow, f"the form took {shown:.0f} s to show on slow 3G"
    begin_report(phone, community, resident, photos=3)
    send(phone)
    phone.wait_for_url(re.compile(r"/my/tickets/\d+"), timeout=120000)
    assert [photos for _words, photos in filed(community, resident)] == [3]


def test_network_cut_during_the_upload(community, phone, slow_network, resident):
    """The line breaks in the middle; the report goes out by itself, once."""
    begin_report(phone, community, resident, photos=3)
    phone.fill("#description", "断网也不能丢")
    session = slow_network(phone)
    send(phone)
    phone.wait_for_function(
        "() => { const bar = document.querySelector('[data-sending-bar]');"
        " const percent = parseInt(bar.style.width);"
        " return percent > 5 && percent < 90; }",
        timeout=60000,
    )
    cut(session, offline=True)
    phone.wait_for_selector("[data-sending-now]:visible", timeout=60000)
    assert filed(community, resident) == []
    cut(session, offline=False)
    phone.wait_for_url(re.compile(r"/my/tickets/\d+"), timeout=120000)
    assert filed(community, resident) == [["断网也不能丢", 3]]


def cut(session, offline):
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": offline,
            "latency": 400,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )


def test_lost_answer_files_one_ticket(community, phone, resident):
    """The server has it, the phone does not know: it sends again."""
    begin_report(phone, community, resident)
    lost = []

    def lose_first_answer(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route(re.compile("/my/report$"), lose_first_answer)
    send(phone)
    phone.wait_for_url(re.compile(r"/my/tickets/\d+"), timeout=60000)
    assert lost == [200]
    assert [photos for _words, photos in filed(community, resident)] == [1]


def test_report_survives_a_closed_browser(community, phone, resident):
    """What was written, and the photos, are there again."""
    begin_report(phone, community, resident, photos=2)
    phone.fill("#description", "写到一半来电话了")
    phone.wait_for_timeout(1000)
    again = phone.context.new_page()
    phone.close()
    again.goto(community.url("/my/report"))
    again.wait_for_selector("[data-kept]:visible")
    assert again.input_value("#description") == "写到一半来电话了"
    assert again.locator("[data-shots] img").count() == 2
    assert again.is_checked("[value='home_repair.water_leak']")
    send(again)
    again.wait_for_url(re.compile(r"/my/tickets/\d+"))
    assert [photos for _words, photos in filed(community, resident)] == [2]
    again.goto(community.url("/my/report"))
    again.evaluate("window.shequ.report.ready")
    assert not again.is_visible("[data-kept]")


def test_unsent_report_is_sent_when_the_page_opens_again(
    community, phone, slow_network, resident
):
    begin_report(phone, community, resident)
    session = slow_network(phone)
    cut(session, offline=True)
    send(phone)
    phone.wait_for_selector("[data-sending-now]:visible", timeout=60000)
    again = phone.context.new_page()
    phone.close()
    again.goto(community.url("/my/community"))
    again.wait_for_selector("[data-unsent]:visible")
    again.click("[data-unsent-link]")
    again.wait_for_url(re.compile(r"/my/tickets/\d+"), timeout=60000)
    assert [photos for _words, photos in filed(community, resident)] == [1]


def test_session_that_ended_keeps_the_report(community, phone, resident):
    """Signed out while writing: sign in again, and it goes out."""
    begin_report(phone, community, resident)
    phone.context.clear_cookies()
    send(phone)
    phone.wait_for_url(re.compile("/my/login"), timeout=60000)
    assert filed(community, resident) == []
    sign_in(phone, community, resident, world.PASSWORD)
    phone.goto(community.url("/my/report"))
    phone.wait_for_url(re.compile(r"/my/tickets/\d+"), timeout=60000)
    assert [photos for _words, photos in filed(community, resident)] == [1]


def test_refused_report_names_the_field_and_keeps_the_words(community, phone, resident):
    sign_in(phone, community, resident, world.PASSWORD)
    phone.goto(community.url("/my/report"))
    send(phone)
    phone.wait_for_selector("[data-problem]:visible")
    assert phone.get_attribute("#description", "aria-invalid") == "true"
    assert path_of(phone) == "/my/report"


def test_neighbours_report_is_offered_instead_of_a_copy(community, phone, resident):
    sign_in(phone, community, resident, world.PASSWORD)
    phone.goto(community.url("/my/report"))
    phone.evaluate("window.shequ.report.ready")
    phone.check("#place-public", force=True)
    phone.fill("#description", "电梯厅地砖松动起翘，老人差点摔倒")
    # Below what fits on the screen, so the bar that is always there says it as well.
    phone.locator("[data-similar-hint]").click(timeout=30000)
    join = phone.locator("[data-similar] [data-k=join]").first
    phone.wait_for_function(
        "b => b.getBoundingClientRect().bottom < innerHeight",
        arg=join.element_handle(),
    )
    join.click()
    phone.wait_for_url(re.compile(r"/my/tickets/\d+"))
    assert filed(community, resident) == []


def test_danger_shows_the_telephone(community, phone, resident):
    sign_in(phone, community, resident, world.PASSWORD)
    phone.goto(community.url("/my/report"))
    assert not phone.is_visible("[data-danger]")
    phone.click("label[for=danger]")
    assert phone.is_visible("a.sq-btn-call[href='tel:021-57180000']")


def test_form_works_without_scripts(community, new_page, resident):
    page = new_page({"width": 390, "height": 844}, java_script_enabled=False)
    sign_in(page, community, resident, world.PASSWORD)
    page.goto(community.url("/my/report"))
    page.check("[name=category][value='home_repair.water_leak']", force=True)
    page.fill("#description", "没有脚本也能报修")
    page.set_input_files(
        "#photos", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}]
    )
    page.click("form[data-report] button[type=submit]")
    assert re.fullmatch(r"/my/tickets/\d+", path_of(page))
    assert filed(community, resident) == [["没有脚本也能报修", 1]]


def test_keyboard_alone_is_enough(community, desktop):
    """The skip link comes first, and the focus can be seen."""
    sign_in(desktop, community, "zhu", world.PASSWORD)
    desktop.goto(community.url("/my/community"))
    desktop.keyboard.press("Tab")
    assert desktop.evaluate("document.activeElement.className") == "sq-skip"
    desktop.keyboard.press("Enter")
    assert desktop.evaluate("document.activeElement.id") == "main"
    desktop.keyboard.press("Tab")
    width = desktop.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "3px"
