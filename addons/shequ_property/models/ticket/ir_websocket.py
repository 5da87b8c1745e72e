from odoo import models

# Only the server subscribes people to the demand pools they may see; a name like
# this sent by a browser is dropped.
POOL_CHANNEL = "shequ.pool"


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        channels = [
            channel
            for channel in channels
            if not (isinstance(channel, str) and channel.startswith("shequ."))
        ]
        channels.extend(self._shequ_pool_channels())
        return super()._build_bus_channel_list(channels)

    def _shequ_pool_channels(self):
        """Return the bus channels of the demand pools the user may see.

        A company manager listens to the company, so that the list stays short for a
        company with thousands of estates; everybody else to the own estates.
        """
        user = self.env.user
        if not user or not user._is_internal():
            return []
        if user.has_group("shequ_property.group_company_manager"):
            # sudo: which companies a user may open is no secret to the user
            return [(company, POOL_CHANNEL) for company in user.sudo().company_ids]
        return [(estate, POOL_CHANNEL) for estate in user._shequ_pool_estates()]
