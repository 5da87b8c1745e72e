from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools import duplicates


class ShequDuplicate(models.Model):
    """A group of people who are probably one person.

    Groups are looked for by estate, at night and on demand; what somebody has
    decided about one is remembered, and only open ones are made anew.
    """

    _name = "shequ.duplicate"
    _description = "Possible Duplicate"
    _order = "reason_rank, last_activity desc, id"
    _rec_name = "names"

    company_id = fields.Many2one("res.company", required=True, index=True)
    partner_ids = fields.Many2many(
        "res.partner", "shequ_duplicate_partner_rel", string="People", readonly=True
    )
    estate_ids = fields.Many2many(
        "shequ.estate", "shequ_duplicate_estate_rel", string="Estates", readonly=True
    )
    reason = fields.Selection(
        [
            ("id", "Same ID number"),
            ("phone_name", "Same phone and name"),
            ("name_unit", "Same name in the same home"),
            ("phone", "Same phone, other name"),
        ],
        required=True,
        readonly=True,
    )
    reason_rank = fields.Integer(readonly=True)
    state = fields.Selection(
        [("open", "To Decide"), ("merged", "Merged"), ("different", "Two People")],
        default="open",
        required=True,
        readonly=True,
    )
    people_key = fields.Char(
        readonly=True, help="Ids of the people; the same group is kept once."
    )
    names = fields.Char(compute="_compute_names")
    homes = fields.Char(string="Their Homes", compute="_compute_names")
    last_activity = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _key_uniq = models.UniqueIndex(
        "(company_id, people_key) WHERE state = 'open'", "The group is there already."
    )

    @api.depends("partner_ids")
    def _compute_names(self):
        Residency = self.env["shequ.residency"].with_context(active_test=False)
        stays = Residency.search(
            [("partner_id", "in", self.partner_ids.ids)], order="date_to desc, id"
        ).grouped("partner_id")
        for group in self:
            group.names = ", ".join(group.partner_ids.sorted("id").mapped("name"))
            units = Residency.browse().unit_id
            for partner in group.partner_ids:
                units |= stays.get(partner, Residency).unit_id
            shown = units.mapped("address")
            more = f" +{len(shown) - 4}" if len(shown) > 4 else ""
            group.homes = ", ".join(shown[:4]) + more

    # ------------------------------------------------------------- looking

    @api.model
    def _look(self, estates):
        """Bring the open groups of ``estates`` up to date.

        :param estates: recordset; the caller has proved that the user may
        :return: number of open groups in them
        """
        total = 0
        for estate in estates.sudo():
            total += len(self.sudo()._look_in(estate))
        return total

    def _look_in(self, estate):
        people, estates_of = self._people_of(estate)
        different = self.env["shequ.duplicate.different"]._pairs(
            [person.id for person in people]
        )
        found = duplicates.groups(duplicates.pairs(people), different)
        here = {one for one, estates in estates_of.items() if estate.id in estates}
        wanted = {
            ",".join(map(str, group.people)): group
            for group in found
            if here & set(group.people)
        }
        known = self.search([("state", "=", "open"), ("estate_ids", "in", estate.ids)])
        known.filtered(lambda group: group.people_key not in wanted).unlink()
        have = known.exists().grouped("people_key")
        activity = self._last_activity(
            {one for group in wanted.values() for one in group.people}
        )
        new = []
        for key, group in wanted.items():
            values = {
                "estate_ids": [
                    (6, 0, sorted(set().union(*(estates_of[p] for p in group.people))))
                ],
                "reason": group.reason,
                "reason_rank": duplicates.REASONS.index(group.reason),
                "last_activity": max(
                    filter(None, (activity.get(p) for p in group.people)),
                    default=False,
                ),
            }
            if key in have:
                # Who has moved meanwhile may be somebody else's to decide.
                have[key]._refresh(values)
                continue
            new.append(
                {
                    **values,
                    "company_id": estate.company_id.id,
                    "partner_ids": [(6, 0, group.people)],
                    "people_key": key,
                }
            )
        self.create(new)
        return self.search([("state", "=", "open"), ("estate_ids", "in", estate.ids)])

    def _refresh(self, values):
        """Write what has changed, which most nights is nothing."""
        if set(values["estate_ids"][0][2]) == set(self.estate_ids.ids):
            values.pop("estate_ids")
        self.write(
            {k: v for k, v in values.items() if k == "estate_ids" or self[k] != v}
        )

    def _people_of(self, estate):
        """Everybody of the estate, and of the company who shares phone or ID.

        :return: list of :class:`duplicates.Person`, and ``{id: ids of estates}``;
            one query however many people
        """
        Partner = self.env["res.partner"]
        Partner.flush_model()
        self.env["shequ.residency"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH here AS (
                    SELECT DISTINCT partner_id FROM shequ_residency
                     WHERE estate_id = %(estate)s AND active
                ), wanted AS (
                    SELECT partner_id AS id FROM here
                     UNION
                    SELECT p.id FROM res_partner p
                     WHERE p.shequ_phone IN (
                        SELECT k.shequ_phone FROM res_partner k
                          JOIN here ON here.partner_id = k.id
                         WHERE k.shequ_phone IS NOT NULL)
                     UNION
                    SELECT p.id FROM res_partner p
                     WHERE p.shequ_id_hash IN (
                        SELECT k.shequ_id_hash FROM res_partner k
                          JOIN here ON here.partner_id = k.id
                         WHERE k.shequ_id_hash IS NOT NULL)
                )
                SELECT p.id, p.name, p.shequ_phone AS phone, p.shequ_id_hash AS id_hash,
                       array_agg(DISTINCT r.unit_id) AS units,
                       array_agg(DISTINCT r.estate_id) AS estates
                  FROM wanted
                  JOIN res_partner p ON p.id = wanted.id AND p.active
                  JOIN shequ_residency r ON r.partner_id = p.id AND r.active
                   AND r.company_id = %(company)s
                 GROUP BY p.id
                """,
                estate=estate.id,
                company=estate.company_id.id,
            )
        )
        people = [
            duplicates.Person(
                row["id"],
                row["name"] or "",
                row["phone"] or "",
                row["id_hash"] or "",
                frozenset(row["units"]),
            )
            for row in rows
        ]
        return people, {row["id"]: set(row["estates"]) for row in rows}

    def _last_activity(self, partner_ids):
        """Last ticket or log-in of each person, ``{partner id: datetime}``."""
        if not partner_ids:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, max(at) FROM (
                    SELECT reporter_id AS partner_id, reported_at AS at
                      FROM shequ_ticket WHERE reporter_id IN %(ids)s
                     UNION ALL
                    SELECT u.partner_id, log.create_date
                      FROM res_users u
                      JOIN res_users_log log ON log.create_uid = u.id
                     WHERE u.partner_id IN %(ids)s
                     UNION ALL
                    SELECT id, write_date FROM res_partner WHERE id IN %(ids)s
                ) seen GROUP BY partner_id
                """,
                ids=tuple(partner_ids),
            )
        )
        return dict(rows)

    @api.model
    def _cron_look(self):
        """Each night, estate by estate; goes on where it was stopped."""
        cron = self.env["ir.cron"]
        key = "shequ.duplicates_done_up_to"
        params = self.env["ir.config_parameter"].sudo()
        done = int(params.get_param(key) or 0)
        estates = self.env["shequ.estate"].search([("id", ">", done)], order="id")
        cron._commit_progress(remaining=len(estates))
        for estate in estates:
            self._look(estate)
            params.set_param(key, estate.id)
            if not cron._commit_progress(1):
                return
        params.set_param(key, 0)

    # ------------------------------------------------------------- actions

    @api.model
    def action_look(self):
        """Look again in the estates of the user, from the list."""
        self._check_may_decide()
        limit = int(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("shequ.duplicates_estates_at_once", 20)
        )
        estates = self.env["shequ.estate"].search([], limit=limit + 1)
        if len(estates) > limit:
            raise UserError(
                self.env._(
                    "You look after many estates: they are looked through at night. "
                    "By hand it can be done for up to %(limit)s.",
                    limit=limit,
                )
            )
        self._look(estates)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_merge(self):
        """Open the wizard for the people of the group."""
        self.ensure_one()
        self._check_may_decide()
        return self.partner_ids.with_context(
            default_duplicate_id=self.id
        ).action_shequ_merge()

    def action_different(self):
        """Remember that these are different people, each from each other."""
        self._check_may_decide()
        self.check_access("read")
        for group in self.sudo():
            self.env["shequ.duplicate.different"].sudo()._remember(group.partner_ids)
        self._decide("different")

    def action_reopen(self):
        """Take a verdict “two people” back."""
        self._check_may_decide()
        self.check_access("read")
        Different = self.env["shequ.duplicate.different"].sudo()
        for group in self.sudo().filtered(lambda g: g.state == "different"):
            Different._forget(group.partner_ids)
            estates = group.estate_ids
            group.unlink()
            self._look(estates)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _decide(self, state):
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    @api.model
    def _check_may_decide(self):
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            raise AccessError(
                self.env._("Estate managers decide who is the same person.")
            )

    @api.model
    def _after_merge(self, kept, gone_ids):
        """Close the groups that a merge has settled (ids of people gone)."""
        groups = self.sudo().search(
            Domain("state", "=", "open") & Domain("partner_ids", "in", kept.ids)
        )
        for group in groups:
            left = group.partner_ids.exists() - self.env["res.partner"].browse(gone_ids)
            if len(left) < 2:
                group._decide("merged")
            else:
                key = ",".join(map(str, sorted(left.ids)))
                known = (groups - group).filtered(
                    lambda one, key=key: one.state == "open" and one.people_key == key
                )
                if known:
                    group.unlink()
                else:
                    group.people_key = key
