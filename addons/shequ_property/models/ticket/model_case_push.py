from odoo import api, fields, models

# So many good examples below the jobs on a worker's phone.
SHOWN = 3


class ModelCase(models.Model):
    """A published case is told to the other workers of the skill (典型案例推送)."""

    _inherit = "shequ.model.case"

    reader_ids = fields.Many2many(
        "res.users",
        "shequ_model_case_reader_rel",
        "case_id",
        "user_id",
        string="Read By",
        readonly=True,
        copy=False,
    )
    reader_count = fields.Integer(compute="_compute_reader_count", string="Readers")
    pushed_at = fields.Datetime(string="Told At", readonly=True, copy=False)

    @api.depends("reader_ids")
    def _compute_reader_count(self):
        for case in self:
            case.reader_count = len(case.sudo().reader_ids)

    def action_publish(self):
        result = super().action_publish()
        self._push()
        return result

    def _push(self):
        """Tell the colleagues once; who published it again need not tell again."""
        for case in self.sudo().filtered(lambda case: not case.pushed_at):
            case.pushed_at = fields.Datetime.now()
            users = case._colleagues()
            if not users:
                continue
            case.message_notify(
                partner_ids=users.partner_id.ids,
                subject=self.env._("A good example: %(case)s", case=case.name),
                body=case.story,
            )
            for user in users:
                user._bus_send(
                    "simple_notification",
                    {"title": self.env._("A good example"), "message": case.name},
                )

    def _colleagues(self):
        """Log-ins (as super-user) of the other workers with the skill of the case."""
        self.ensure_one()
        skill = self.category_id.skill_id
        workers = self.env["shequ.worker"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("user_id", "!=", False),
                ("id", "!=", self.worker_id.id),
            ]
        )
        if skill:
            workers = workers.filtered(
                lambda w: skill in w.skill_ids | w.team_ids.skill_ids
            )
        return workers.user_id.filtered(lambda u: u.active and not u.share)

    def worker_read(self):
        """The worker has opened the case on the phone.

        :return: the action that shows it
        """
        self.ensure_one()
        self.check_access("read")
        self.sudo().reader_ids |= self.env.user
        return self._get_records_action(name=self.env._("Model Case"))

    @api.model
    def _for_worker(self, workers):
        """Good examples for a phone: those of the own skills, unread ones first.

        :param workers: the ``shequ.worker`` of the user
        :return: list of dicts with ``id``, ``name``, ``by`` and ``is_new``
        """
        skills = workers.skill_ids | workers.team_ids.skill_ids
        cases = self.search(
            [
                ("state", "=", "published"),
                ("category_id.skill_id", "in", [False, *skills.ids]),
            ],
            order="published_at desc, id desc",
            limit=SHOWN * 5,
        )
        read = cases.sudo().filtered(lambda c: self.env.user in c.reader_ids)
        ordered = cases.sorted(lambda c: c in read)[:SHOWN]
        return [
            {
                "id": case.id,
                "name": case.name,
                "by": case.worker_name or "",
                "is_new": case not in read,
            }
            for case in ordered
        ]


class Ticket(models.Model):
    _inherit = "shequ.ticket"

    @api.model
    def worker_jobs(self):
        jobs = super().worker_jobs()
        workers = self.env["shequ.worker"]._of_user()
        jobs["cases"] = (
            self.env["shequ.model.case"]._for_worker(workers) if workers else []
        )
        return jobs
