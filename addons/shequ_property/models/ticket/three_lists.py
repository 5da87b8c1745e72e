from odoo import api, models
from odoo.fields import Domain


class Estate(models.Model):
    _inherit = "shequ.estate"

    @api.model
    def three_lists(self, estate_id=False, limit=60):
        """Return the needs, resources and services of one estate on one screen.

        Read with the rights of the user; a handful of queries whatever there is.

        :param estate_id: an estate of the user, by default the one with most to do
        :return: dict with ``estates`` (list of id and name), ``estate`` (id),
            ``needs``, ``resources``, ``services`` (lists of dicts) and ``totals``
        """
        self.env["shequ.need"].check_access("read")
        estates = self.search([], limit=500, order="name, id")
        if not estates:
            return {"estates": [], "estate": False}
        estate = estates.filtered(lambda e: e.id == estate_id)
        if not estate:
            busiest = self.env["shequ.ticket"]._read_group(
                [("estate_id", "in", estates.ids), ("is_open", "=", True)],
                ["estate_id"],
                ["__count"],
                order="__count desc",
                limit=1,
            )
            estate = busiest[0][0] if busiest else estates[0]
        needs = self.env["shequ.need"].search(
            [("estate_id", "=", estate.id)], limit=limit
        )
        workers = self.env["shequ.worker"].search(estate._worker_domain())
        services = self.env["shequ.service"]._offered_in(estate).with_env(self.env)
        services = services._filtered_access("read")
        return {
            "estates": [{"id": e.id, "name": e.name} for e in estates],
            "estate": estate.id,
            "needs": needs._pane(),
            "resources": workers._pane(),
            "services": services._pane(),
            "totals": {
                "unmet": sum(needs.mapped("unmet_count")),
                "gaps": len(needs.filtered("gap")),
                "on_duty": len(workers.filtered(lambda w: w.duty_state == "on")),
                "free": sum(
                    max(0, w.capacity - w.load) for w in workers if w.duty_state == "on"
                ),
            },
        }

    def _worker_domain(self):
        """Workers who can be sent to an estate."""
        return Domain("company_id", "in", self.company_id.ids) & (
            Domain("estate_ids", "=", False) | Domain("estate_ids", "in", self.ids)
        )


class Need(models.Model):
    _inherit = "shequ.need"

    def _pane(self):
        gaps = dict(self._fields["gap"]._description_selection(self.env))
        return [
            {
                "id": need.id,
                "category": need.category_id.name or self.env._("Without a category"),
                "category_id": need.category_id.id,
                "grid": need.grid_id.name or "",
                "count": need.ticket_count,
                "homes": need.home_count,
                "open": need.open_count,
                "unmet": need.unmet_count,
                "gap": need.gap or "",
                "gap_label": gaps.get(need.gap, ""),
                "skill_id": need.skill_id.id,
                "skill": need.skill_id.name or "",
            }
            for need in self
        ]


class Worker(models.Model):
    _inherit = "shequ.worker"

    def _pane(self):
        states = dict(self._fields["duty_state"]._description_selection(self.env))
        rows = [
            {
                "id": worker.id,
                "name": worker.name,
                "team": ", ".join(worker.team_ids.mapped("name")),
                "skills": worker.skill_ids.mapped("name"),
                "skill_ids": worker.skill_ids.ids,
                "state": worker.duty_state,
                "state_label": states.get(worker.duty_state, ""),
                "load": worker.load,
                "capacity": worker.capacity,
                "rating": round(worker.rating_avg, 1),
                "external": worker.external,
            }
            for worker in self
        ]
        order = {"on": 0, "off": 1, "away": 2}
        return sorted(
            rows, key=lambda r: (order.get(r["state"], 3), r["load"], r["id"])
        )


class Service(models.Model):
    _inherit = "shequ.service"

    def _pane(self):
        return [
            {
                "id": service.id,
                "name": service.name,
                "category_id": service.category_id.id,
                "category": service.category_id.name,
                "price": service.price_text,
                "promise": service.promise_hours,
                "orders": service.order_count,
                "workers": service.worker_count,
                "skill_ids": service.skill_ids.ids,
            }
            for service in self
        ]
