from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """The set-up path leads the menu until there is an estate."""
        blacklist = super()._load_menus_blacklist()
        menu = self.env.ref("shequ_property.menu_setup_first", raise_if_not_found=False)
        if menu and self.env["shequ.setup"]._has_estates():
            blacklist.append(menu.id)
        return blacklist
