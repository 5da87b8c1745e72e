from odoo import api, models


class ShequCachedMixin(models.AbstractModel):
    """Records that every report asks for, kept in memory by methods with ``ormcache``.

    What is kept is forgotten when a record changes, in every server process.
    """

    _name = "shequ.cached.mixin"
    _description = "Record Kept in Memory"

    # Fields whose change matters; None: every field.
    _cached_fields = None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._forget_cached()
        return records

    def write(self, vals):
        result = super().write(vals)
        if self._cached_fields is None or self._cached_fields & vals.keys():
            self._forget_cached()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_cached()
        return result

    def _forget_cached(self):
        self.env.registry.clear_cache()
