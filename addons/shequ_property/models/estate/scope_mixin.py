from odoo import models


class ShequScopeMixin(models.AbstractModel):
    """Records of an estate cannot be moved out of the scope of the user.

    Odoo checks the record rules before a write only, so that a user could move
    a record to an estate that is none of the user's business.
    """

    _name = "shequ.scope.mixin"
    _description = "Record in an Estate"

    # Fields that decide which estate a record belongs to.
    _scope_fields = frozenset({"estate_id"})

    def write(self, vals):
        result = super().write(vals)
        if self._scope_fields & vals.keys():
            self.check_access("write")
        return result
