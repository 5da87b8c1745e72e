"""The resident portal in a real browser: signing in, axe-core, sizes of targets."""

import json
import os
import shutil
import subprocess
import urllib.parse

import pytest

from shequ_cli import layout

AXE = "4.14.1"
AXE_FOLDER = layout.ROOT / ".local" / "npm"
# WCAG 2.2 A and AA, and what axe calls good practice.
RULES = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
]
# All that can be tapped and is shown.  Hidden inputs are measured by what stands for
# them: their label.
TARGETS = """
() => {
    const bad = [];
    const seen = (element) => {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        return style.visibility !== "hidden" && style.display !== "none" &&
            box.width > 1 && box.height > 1;
    };
    const all = "a[href], button, input, select, textarea, summary, label.sq-pick," +
        "label[for], audio, video";
    for (const element of document.querySelectorAll(all)) {
        if (element.type === "hidden" || !seen(element)) {
            continue;
        }
        const style = getComputedStyle(element);
        // A label that only names a field is not a target of its own.
        if (element.matches("label[for]") && !element.querySelector(".sq-i") ) {
            continue;
        }
        let target = element;
        if (element.matches("input[type=radio], input[type=checkbox]")) {
            target = element.closest("label") || element.labels[0] || element;
        }
        // A link within a sentence is read, not aimed at (WCAG 2.5.8, inline).
        if (style.display === "inline" && element.matches("p a")) {
            continue;
        }
        const box = target.getBoundingClientRect();
        if (box.width < 43.99 || box.height < 43.99) {
            bad.push(`${Math.round(box.width)}×${Math.round(box.height)} ` +
                element.outerHTML.slice(0, 160));
        }
    }
    return bad;
}
"""


def axe_source():
    """The script of axe-core, fetched with npm when it is not there yet."""
    path = AXE_FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file() and shutil.which("npm"):
        subprocess.run(
            ["npm", "install", "--no-save", "--prefix", AXE_FOLDER, f"axe-core@{AXE}"],
            check=False,
            capture_output=True,
            timeout=180,
        )
    if not path.is_file():
        text = "axe-core is missing: it is fetched with npm, which needs the network"
        if os.environ.get("CI") or os.environ.get("SHEQU_REQUIRE_BROWSER"):
            pytest.fail(text, pytrace=False)
        pytest.skip(text)
    return path.read_text("utf-8")


def sign_in(page, server, login, password):
    """Give the browser the session of a user."""
    answer = page.context.request.post(
        server.url("/web/session/authenticate"),
        data=json.dumps(
            {
                "jsonrpc": "2.0",
                "method": "call",
                "params": {
                    "db": server.database,
                    "login": login,
                    "password": password,
                },
            }
        ),
        headers={"Content-Type": "application/json"},
    )
    assert answer.json().get("result", {}).get("uid"), answer.text()[:500]


def violations(page, source):
    """What axe-core finds on a page, as lines of text.

    Contrast that axe cannot judge counts as well, but for the coloured head of the
    home page: its gradient is measured by `hero_contrast`.
    """
    # The page's own policy forbids scripts in it; the driver is not the page.
    page.evaluate(source + ";undefined")
    # What floats over the page hides words from the measuring, as it does not from
    # people, who scroll.
    floating = (
        "position => document.querySelectorAll('.sq-send, .sq-nav, .sq-top').forEach("
        "element => { element.style.position = position; })"
    )
    page.evaluate(floating, "static")
    found = page.evaluate(
        """rules => axe.run(document, {runOnly: rules}).then(result => [
            ...result.violations,
            ...result.incomplete
                .filter(issue => issue.id === "color-contrast")
                .map(issue => ({...issue, nodes: issue.nodes.filter(node =>
                    !document.querySelector(node.target[0]).closest(".sq-hero")
                )})),
        ])""",
        RULES,
    )
    page.evaluate(floating, "")
    return [
        f"{issue['id']}: {issue['help']} — {node['html'][:200]} "
        f"({node['failureSummary'][:300]})"
        for issue in found
        for node in issue["nodes"]
    ]


def hero_contrast(page):
    """The smallest contrast of the words in the head of the home page.

    Against each colour of its gradient, and these under the roofs drawn on it.
    """
    return page.evaluate(
        """() => {
        const hero = document.querySelector(".sq-hero");
        const numbers = text => text.match(/[0-9.]+/g).map(Number);
        const image = getComputedStyle(hero).backgroundImage;
        const stops = image.match(/rgba?\\([^)]*\\)/g).map(numbers);
        const veil = Number(getComputedStyle(hero, "::after").opacity);
        const veiled = stops.map(c => c.map(x => x + (255 - x) * veil));
        const light = c => {
            const [r, g, b] = c.slice(0, 3).map(x => {
                x /= 255;
                return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const contrast = (a, b) => {
            const [x, y] = [light(a), light(b)].sort((m, n) => n - m);
            return (x + 0.05) / (y + 0.05);
        };
        const found = [];
        for (const element of hero.querySelectorAll("h1, p, button, a")) {
            const style = getComputedStyle(element);
            const own = numbers(style.backgroundColor);
            const grounds = own.length === 4 && !own[3] ? [...stops, ...veiled] : [own];
            for (const ground of grounds) {
                found.push(contrast(numbers(style.color), ground));
            }
        }
        return Math.min(...found);
    }"""
    )


def follow(page, link):
    """Press a link, and be on the page behind it."""
    with page.expect_navigation(wait_until="load"):
        link.click()


def settled(page):
    """The page once it is drawn: between two pages there is no document to measure."""
    page.wait_for_function("document.body && document.readyState !== 'loading'")
    return page


def small_targets(page):
    """Targets under 44 × 44 px, as lines of text."""
    return settled(page).evaluate(TARGETS)


def overflow(page):
    """How many pixels the page is wider than the screen."""
    return settled(page).evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def path_of(page):
    return urllib.parse.urlsplit(page.url).path
