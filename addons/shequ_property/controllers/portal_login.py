from odoo.http import request

from odoo.addons.portal.controllers.web import Home


class ResidentLogin(Home):
    def _login_redirect(self, uid, redirect=None):
        """Residents land on their community, without a redirect in between."""
        if not redirect:
            user = request.env["res.users"].sudo().browse(uid)
            if user.share and user.has_group("shequ_property.group_resident"):
                redirect = "/my/community"
        return super()._login_redirect(uid, redirect=redirect)
