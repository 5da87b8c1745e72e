"""Odoo's click-bot through every menu, view and filter of our apps."""

from odoo.tests import HttpCase, tagged

CLICK = (
    "odoo.loader.modules.get('@web/webclient/clickbot/clickbot_loader')"
    ".startClickEverywhere('%s');"
)


@tagged("post_install", "-at_install")
class TestMenus(HttpCase):
    allow_end_on_form = True

    def test_every_menu_of_ours_can_be_clicked(self):
        admin = self.env.ref("base.user_admin")
        admin.tour_enabled = False
        admin.group_ids += self.env.ref("shequ_property.group_company_manager")
        menus = self.env["ir.ui.menu"].with_user(admin).load_menus(False)
        apps = [
            menus[app]["xmlid"]
            for app in menus["root"]["children"]
            if menus[app]["xmlid"].startswith("shequ_")
        ]
        self.assertTrue(apps)
        for xmlid in apps:
            with self.subTest(app=xmlid):
                self.browser_js(
                    "/odoo",
                    CLICK % xmlid,
                    "odoo.isReady === true",
                    login="admin",
                    timeout=900,
                    success_signal="clickbot test succeeded",
                )
