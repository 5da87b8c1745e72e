from odoo import fields, models


class ShequImportChange(models.Model):
    """What an import did to a record, so that it can be undone.

    ``res_id`` was created when ``created``; else ``old`` has what stood there
    and ``new`` what the import wrote, by field.
    """

    _name = "shequ.import.change"
    _description = "Change Made by an Import"
    _order = "id"
    _log_access = False

    import_id = fields.Many2one("shequ.import", required=True, ondelete="cascade")
    row_id = fields.Many2one("shequ.import.row", ondelete="set null")
    model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="model", required=True)
    created = fields.Boolean()
    undone = fields.Boolean()
    old = fields.Json(groups=fields.NO_ACCESS)
    new = fields.Json(groups=fields.NO_ACCESS)

    _import_idx = models.Index("(import_id, undone, model)")
    _row_idx = models.Index("(row_id) WHERE row_id IS NOT NULL")
    # What a batch did twice would be here twice: a killed server cannot do so.
    _once = models.UniqueIndex("(import_id, model, res_id) WHERE created")
