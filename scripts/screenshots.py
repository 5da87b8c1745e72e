"""Take the pictures of README and guides from the running demo.

    ./shequ run                                  # in another terminal
    .local/venv/bin/python scripts/screenshots.py [--url http://localhost:8069]

Every picture is written to docs/images, with few enough colours to stay small.
"""

import argparse
import io
import json
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from shequ_cli import system  # noqa: E402
from shequ_cli.demo import LOGINS  # noqa: E402

IMAGES = ROOT / "docs" / "images"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
BACKEND = ".o_view_controller, .o_shequ_jobs, .o_shequ_lists, .modal .o_form_view"
ACTION = "/odoo/action-shequ_property."


def first_ticket(page):
    page.locator("a[href*='/my/tickets/']").first.click()


def open_record(page):
    page.locator(
        ".o_data_row td.o_data_cell, .o_kanban_record:not(.o_kanban_ghost)"
    ).first.click()


def open_job(page):
    page.locator(".o_shequ_job").first.click()


def bring_list(page):
    """A small list with a mistake, tried out: what the office sees before it counts."""
    lines = [
        "楼号,单元,房号,建筑面积,业主姓名,联系电话,入住日期,车位号",
        "21号楼,1,101,89.50,周一鸣,13800001001,2020-05-01,A-021",
        "21号楼,1,102,八十九,吴三省,13800001002,2020-05-01,",
        "21号楼,1,201,90.25,郑四维,13800001003,2021/3/5,",
        "21号楼,1,202,90.25,冯五常,1380000100,2021年3月5日,A-022",
        "21号楼,1,301,90.25,陈六一,13800001005,2021-03-05,",
    ]
    file = {
        "name": "21号楼业主.csv",
        "mimeType": "text/csv",
        "buffer": "\n".join(lines).encode("gb18030"),
    }
    page.set_input_files("input.o_input_file", file)
    page.click("button[name=action_read]:visible")
    page.wait_for_selector("[name=column_ids] .o_data_row")
    page.click("button[name=action_check]:visible")
    page.wait_for_selector("button[name=action_apply]:visible")
    page.click("[name=wrong]")


def sell(page):
    open_record(page)
    page.locator(".o_form_view button[name=action_move]").first.click()
    page.wait_for_selector(".modal .o_form_view")
    page.wait_for_timeout(2000)  # the panel is worked out
    page.locator(".modal [name=new_owner_id]").first.click()
    page.keyboard.type("朱")
    page.locator(".o-autocomplete--dropdown-item:has-text('朱')").first.click()


def reveal(page):
    open_record(page)
    page.locator("button[name=action_reveal]").click()
    page.wait_for_selector(".modal .o_form_view")


def assign(page):
    page.locator(".o_data_row:has-text('已接收') td.o_data_cell").first.click()
    page.locator("button:has-text('派单')").first.click()
    page.wait_for_selector(".modal .o_form_view")


# picture: log-in, address, screen, what to do before
SHOTS = {
    "resident-home": ("zhu", "/my", PHONE, None),
    "resident-report": ("zhu", "/my/report", PHONE, None),
    "resident-ticket": ("zhu", "/my/tickets?show=all", PHONE, first_ticket),
    "pool": ("dispatcher", ACTION + "action_ticket_pool", DESKTOP, None),
    "phone-intake": ("frontdesk", ACTION + "action_phone_intake", DESKTOP, None),
    "ticket-form": ("dispatcher", ACTION + "action_ticket_all", DESKTOP, open_record),
    "worker-jobs": ("worker", ACTION + "action_worker_jobs", PHONE, None),
    "worker-job": ("worker", ACTION + "action_worker_jobs", PHONE, open_job),
    "setup": ("director", ACTION + "action_setup", DESKTOP, None),
    "estate": ("manager", ACTION + "action_estate", DESKTOP, open_record),
    "sla-policies": ("manager", ACTION + "action_sla_policy", DESKTOP, None),
    "analysis": ("manager", ACTION + "action_ticket_report", DESKTOP, None),
    "login": (None, "/my/login", PHONE, None),
    "privacy": ("zhu", "/my/privacy", PHONE, None),
    "residents": ("frontdesk", ACTION + "action_residency", DESKTOP, None),
    "reveal": ("frontdesk", ACTION + "action_residency", DESKTOP, reveal),
    "moves": ("frontdesk", ACTION + "action_residency", DESKTOP, sell),
    "import": ("manager", ACTION + "action_import/new", DESKTOP, bring_list),
    "roll": ("manager", ACTION + "action_roll", DESKTOP, None),
    "to-sort": ("dispatcher", ACTION + "action_ticket_to_sort", DESKTOP, None),
    "assign": ("dispatcher", ACTION + "action_ticket_all", DESKTOP, assign),
    "three-lists": ("manager", "/odoo/three-lists", DESKTOP, None),
    "services": ("zhu", "/my/services", PHONE, None),
    "performance": ("director", ACTION + "action_performance_sheet", DESKTOP, None),
    "supervision": ("post", "/odoo/supervision", DESKTOP, open_record),
    "duplicates": ("manager", ACTION + "action_duplicate", DESKTOP, None),
    "committee": ("committee", "/my/committee", PHONE, None),
    "votes": ("zhu", "/my/votes", PHONE, None),
    "disclosures": ("zhu", "/my/disclosures", PHONE, None),
    "promises": ("zhu", "/my/promises", PHONE, None),
    "grid": ("grid", ACTION + "action_ticket_all", DESKTOP, None),
}


def log_in(context, url, database, login, password):
    params = {"db": database, "login": login, "password": password}
    answer = context.request.post(
        f"{url}/web/session/authenticate",
        data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
        headers={"Content-Type": "application/json"},
    )
    if not answer.json().get("result", {}).get("uid"):
        sys.exit(f"{login} cannot log in at {url}: is it the demo?")
    return context.new_page()


def take(browser, url, database, name, logins):
    login, path, screen, prepare = SHOTS[name]
    context = browser.new_context(
        viewport=screen,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        device_scale_factor=2 if screen is PHONE else 1,
        is_mobile=screen is PHONE,
        has_touch=screen is PHONE,
    )
    if login:
        page = log_in(context, url, database, login, logins[login])
    else:
        page = context.new_page()
    page.goto(url + path)
    settle(page)
    if prepare:
        prepare(page)
        settle(page)
    if "/odoo" in page.url:
        page.add_style_tag(content=".o_notification_manager { display: none }")
    save(page.screenshot(), IMAGES / f"{name}.png")
    context.close()


def settle(page):
    page.wait_for_load_state("load")
    if "/odoo" in page.url:
        page.wait_for_selector(BACKEND, timeout=60000)
    page.wait_for_timeout(3000)


def save(raw, path):
    picture = Image.open(io.BytesIO(raw)).convert("RGB")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.quantize(128).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8069")
    parser.add_argument("--db", default="shequ")
    parser.add_argument("names", nargs="*", default=list(SHOTS))
    args = parser.parse_args()
    logins = {login: password for _role, login, password, _path in LOGINS}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        for name in args.names:
            take(browser, args.url, args.db, name, logins)
            print(IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
