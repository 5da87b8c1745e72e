from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from ..portal.common import photo_bytes


def attested_promise(env, estate, commitments=()):
    """A contract in force in an estate and a promise of last month, attested.

    :param commitments: values of further promises
    :return: the ``shequ.contract.measure``
    """
    scan, jpeg, words = photo_bytes(), "image/jpeg", "公示栏每月更新"
    today = fields.Date.context_today(env["shequ.contract"])
    contract = env["shequ.contract"].create(
        {
            "title": "金昊雅苑物业服务合同",
            "company_id": estate.company_id.id,
            "client_name": "金昊雅苑业主大会",
            "estate_ids": [Command.set(estate.ids)],
            "date_from": "2024-01-01",
            "date_to": fields.Date.add(today, years=1),
            "document_ids": [
                Command.create({"name": "合同.jpg", "raw": scan, "mimetype": jpeg})
            ],
            "price_ids": [Command.create({"name": "物业费", "amount": 2.45})],
            "commitment_ids": [
                Command.create({"name": words, "measure": "attested"}),
                *(Command.create(vals) for vals in commitments),
            ],
        }
    )
    contract.action_activate()
    month = today.replace(day=1) - timedelta(days=1)
    sheet = env["shequ.contract.sheet"]._ensure(contract, month)
    sheet._count()
    row = sheet.measure_ids.filtered(lambda one: one.name == words)
    row._attest(True, "已更新", [{"name": "a.jpg", "raw": photo_bytes()}])
    return row
