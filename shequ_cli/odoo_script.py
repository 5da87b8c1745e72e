"""Steps that run inside Odoo, each in a process of its own.

    python -m shequ_cli.odoo_script STEP -d DATABASE [argument …]

The settings come from the environment (`layout.environment`). A step may be
killed and run again: it looks for what is missing and does that.
"""

import argparse
import sys

import click_odoo  # noqa: F401  must be the first to import odoo
from click_odoo import OdooEnvironment

import odoo
from odoo.modules.registry import Registry

LANG = "zh_CN"
COUNTRY = "base.cn"
TIMEZONE = "Asia/Shanghai"


def progress(label, done=None, total=None):
    """Show how far a step is: progress("tickets", 1200, 9000)."""
    count = f" {done}" if done is not None else ""
    count += f"/{total}" if total is not None else ""
    print(f"@@shequ {label}{count}", flush=True)


def _in_database(env, stored):
    """Keep what an installation attaches in the database, or go back to files."""
    key = "ir_attachment.location"
    env["ir.config_parameter"].sudo().set_param(key, "db" if stored else False)
    env.cr.commit()


def chinese(database, _arguments):
    """Load Chinese and make the first company a Chinese one."""
    with OdooEnvironment(database) as env:
        lang = env["res.lang"].with_context(active_test=False)
        lang = lang.search([("code", "=", LANG)])
        if not lang.active:
            wizard = env["base.language.install"]
            wizard.create({"lang_ids": [(6, 0, lang.ids)]}).lang_install()
        company = env.ref("base.main_company")
        # Before accounting is installed, so that it picks the Chinese chart.
        company.partner_id.country_id = env.ref(COUNTRY)
        env.ref("base.CNY").active = True
        company.currency_id = env.ref("base.CNY")


def install(database, modules):
    """Install the modules that are not there yet, with their dependencies."""
    with OdooEnvironment(database) as env:
        env["ir.module.module"].update_list()
        found = env["ir.module.module"].search([("name", "in", modules)])
        unknown = set(modules) - set(found.mapped("name"))
        if unknown:
            sys.exit(f"not on the addons path: {', '.join(sorted(unknown))}")
        missing = found.filtered(lambda m: m.state != "installed").mapped("name")
        _in_database(env, True)
    if missing:
        Registry.new(database, update_module=True, install_modules=missing)
    with OdooEnvironment(database) as env:
        found = env["ir.module.module"].search([("name", "in", modules)])
        failed = found.filtered(lambda m: m.state != "installed")
        if failed:
            sys.exit(f"not installed: {', '.join(failed.mapped('name'))}")
        _in_database(env, False)
        _remember_checksums(env)


def _remember_checksums(env):
    """Tell click-odoo-update what is installed, so that it upgrades changes only.

    Its own command for this would start Odoo once more.
    """
    from click_odoo_contrib.update import _get_ignore_addons, _save_installed_checksums

    core = _get_ignore_addons(ignore_core_addons=True)
    _save_installed_checksums(env.cr, core)


def defaults(database, _arguments):
    """Make Chinese what everybody sees, and time that of China."""
    with OdooEnvironment(database) as env:
        env["ir.default"].set("res.partner", "lang", LANG)
        env["ir.default"].set("res.partner", "tz", TIMEZONE)
        everybody = env["res.partner"].with_context(active_test=False).search([])
        everybody.write({"lang": LANG, "tz": TIMEZONE})
        company = env.ref("base.main_company")
        if not company.chart_template:
            env["account.chart.template"].try_loading("cn", company)


def assets(database, _arguments):
    """Bundle scripts and styles once, so that no first visitor waits for it."""
    with OdooEnvironment(database) as env:
        _in_database(env, True)
        env["ir.qweb"]._pregenerate_assets_bundles()
        _in_database(env, False)


def demo(database, _arguments):
    """Load the demo community; `shequ_cli.demo` remembers how far it is."""
    from . import demo as community

    with OdooEnvironment(database) as env:
        community.load(env, progress)


STEPS = {step.__name__: step for step in (chinese, install, defaults, assets, demo)}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", choices=sorted(STEPS))
    parser.add_argument("-d", "--database", required=True)
    parser.add_argument("arguments", nargs="*")
    args = parser.parse_intermixed_args(argv)
    odoo.tools.config.parse_config(
        ["-d", args.database, "--log-level=warn", "--no-http"], setup_logging=True
    )
    STEPS[args.step](args.database, args.arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
