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
BACKEND = ".o_view_controller, .o_shequ_jobs, .modal .o_form_view"
ACTION = "/odoo/action-shequ_property."


def first_ticket(page):
    page.locator("a[href*='/my/tickets/']").first.click()


def open_record(page):
    page.locator(
        ".o_data_row td.o_data_cell, .o_kanban_record:not(.o_kanban_ghost)"
    ).first.click()


def open_job(page):
    page.locator(".o_shequ_job").first.click()


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
    password = logins[login]
    context = browser.new_context(
        viewport=screen,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        device_scale_factor=2 if screen is PHONE else 1,
        is_mobile=screen is PHONE,
        has_touch=screen is PHONE,
    )
    page = log_in(context, url, database, login, password)
    page.goto(url + path)
    settle(page)
    if prepare:
        prepare(page)
        settle(page)
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
