from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .vote_apart import CHAIN_LOCK

#: States of a vote in which a proxy can be given.
TAKING = ("notice", "open")


class ShequVoteProxy(models.Model):
    """A written authority: somebody votes for the owner of a unit.

    At most so many owners per proxy as the assembly's rules allow (three by default);
    revocable until the proxy has voted; the owner's own vote takes it back.  All come
    in by :meth:`_give`, together with their link in the chain.
    """

    _name = "shequ.vote.proxy"
    _description = "Proxy for a Vote"
    _inherit = ["mail.thread"]
    _order = "id desc"

    vote_id = fields.Many2one(
        "shequ.vote", required=True, index=True, ondelete="restrict"
    )
    estate_id = fields.Many2one(related="vote_id.estate_id", store=True)
    company_id = fields.Many2one(related="vote_id.company_id", store=True)
    unit_id = fields.Many2one(
        "shequ.unit", required=True, index=True, ondelete="restrict"
    )
    principal_id = fields.Many2one(
        "res.partner", string="Owner", required=True, index=True, ondelete="restrict"
    )
    agent_id = fields.Many2one(
        "res.partner", string="Proxy", required=True, index=True, ondelete="restrict"
    )
    authority_ids = fields.Many2many(
        "ir.attachment",
        "shequ_vote_proxy_authority_rel",
        "proxy_id",
        "attachment_id",
        string="Written Authority",
    )
    state = fields.Selection(
        [("active", "In Force"), ("used", "Voted"), ("revoked", "Revoked")],
        default="active",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    revoked_at = fields.Datetime(readonly=True, copy=False)

    _active_uniq = models.UniqueIndex(
        "(vote_id, unit_id) WHERE state IN ('active', 'used')",
        "Somebody already votes for this unit by proxy.",
    )

    @api.depends("unit_id.short_address", "agent_id.name")
    def _compute_display_name(self):
        for proxy in self:
            proxy.display_name = (
                f"{proxy.unit_id.short_address or ''} → {proxy.agent_id.name or ''}"
            )

    @api.constrains("vote_id", "unit_id", "principal_id", "agent_id", "state")
    def _check_proxy(self):
        for proxy in self.sudo().filtered(lambda proxy: proxy.state == "active"):
            proxy._check_parties()
            proxy._check_number()

    def _check_parties(self):
        if self.principal_id == self.agent_id:
            raise ValidationError(
                self.env._("Nobody is the proxy of himself: simply vote.")
            )
        elector = self._elector()
        if not elector:
            raise ValidationError(
                self.env._(
                    "%(unit)s is not on the roll of the vote.",
                    unit=self.unit_id.short_address,
                )
            )
        if elector.voter_id != self.principal_id:
            raise ValidationError(
                self.env._(
                    "%(person)s does not vote for %(unit)s and cannot give a proxy "
                    "for it.",
                    person=self.principal_id.name,
                    unit=self.unit_id.short_address,
                )
            )
        if elector.channel:
            raise ValidationError(
                self.env._(
                    "%(unit)s has voted already.", unit=self.unit_id.short_address
                )
            )

    def _check_number(self):
        """Not more owners per proxy than allowed, also when two come at once."""
        self.env.cr.execute(
            SQL(
                "SELECT pg_advisory_xact_lock(%s, %s)",
                CHAIN_LOCK + 1,
                self.agent_id.id,
            )
        )
        self.flush_model()
        ((owners,),) = self.env.execute_query(
            SQL(
                """
                SELECT count(DISTINCT principal_id) FROM shequ_vote_proxy
                 WHERE vote_id = %s AND agent_id = %s AND state IN ('active', 'used')
                """,
                self.vote_id.id,
                self.agent_id.id,
            )
        )
        most = self.vote_id.assembly_id.max_proxies
        if owners > most:
            raise ValidationError(
                self.env._(
                    "%(person)s votes for %(count)s owners already, more are not "
                    "allowed.",
                    person=self.agent_id.name,
                    count=most,
                )
            )

    def _elector(self):
        return (
            self.env["shequ.vote.elector"]
            .sudo()
            .search(
                [("vote_id", "=", self.vote_id.id), ("unit_id", "=", self.unit_id.id)],
                limit=1,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        proxies = super().create(vals_list)
        for proxy in proxies:
            proxy.sudo().vote_id._check_takes_proxies()
        return proxies

    def write(self, vals):
        fixed = {"vote_id", "unit_id", "principal_id", "agent_id", "state"}
        if fixed & vals.keys() and not self.env.su:
            raise UserError(
                self.env._("A proxy is not changed: revoke it and give another.")
            )
        return super().write(vals)

    @api.model
    def _give(self, vote, unit, principal, agent, authorities=None):
        """Record an authority; in the chain it is known by the unit's number.

        :param list authorities: the written authority: dicts with ``name``, ``raw``
            (bytes) and ``mimetype``
        :return: the proxy (as super-user); written in a transaction of its own, as
            ballots are
        :raises UserError: without a written authority, or when it cannot be
        """
        if not authorities:
            raise UserError(self.env._("A proxy needs a written authority."))
        with vote._apart() as locked:
            locked._check_takes_proxies()
            Proxy = locked.env[self._name]
            Proxy._lock_unit(locked, unit)
            proxy = Proxy.create(
                {
                    "vote_id": locked.id,
                    "unit_id": unit.id,
                    "principal_id": principal.id,
                    "agent_id": agent.id,
                }
            )
            proxy.authority_ids = proxy._keep(authorities)
            proxy._note("proxy")
            key = proxy.id
        return self.sudo().browse(key)

    def _keep(self, authorities):
        return self.env["ir.attachment"].create(
            [
                {
                    "name": file["name"],
                    "raw": file["raw"],
                    "mimetype": file.get("mimetype"),
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for file in authorities
            ]
        )

    @api.model
    def _lock_unit(self, vote, unit):
        """Nobody votes for the unit meanwhile."""
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM shequ_vote_elector
                 WHERE vote_id = %s AND unit_id = %s FOR NO KEY UPDATE
                """,
                vote.id,
                unit.id,
            )
        )

    def _note(self, kind):
        elector = self._elector()
        self.vote_id._note(kind, {"elector": elector.number, "proxy": self.id})

    def _revoke(self, partner):
        """Take the authority back, before the proxy has voted.

        :param partner: the owner who gave it
        """
        self.ensure_one()
        if self.sudo().principal_id != partner:
            raise AccessError(self.env._("Only who gave a proxy takes it back."))
        return self._take_back()

    def action_revoke(self):
        """Staff take a proxy back for an owner who says so in writing."""
        for proxy in self:
            proxy.sudo().vote_id.with_env(self.env)._check_may_run()
            proxy._take_back()
        return True

    def _take_back(self):
        with self.sudo().vote_id._apart() as vote:
            proxy = self.with_env(vote.env)
            self._lock_unit(vote, proxy.unit_id)
            proxy.invalidate_recordset()
            if proxy.state == "revoked":
                return True
            if proxy.state == "used":
                raise UserError(
                    self.env._(
                        "The proxy has voted for %(unit)s already: it can no longer be "
                        "taken back.",
                        unit=proxy.unit_id.short_address,
                    )
                )
            proxy._end()
        return True

    def _end(self):
        self.write({"state": "revoked", "revoked_at": self.vote_id._clock()})
        if self.vote_id.state in TAKING:
            self._note("revoked")

    def _end_by_own_vote(self):
        """The owner has voted himself."""
        self._end()

    def _mark_used(self):
        self.write({"state": "used"})
