"""The round from door to door, on the telephone of whoever carries the ballots.

For staff: grid workers in their grids, the people of the estate, everybody else gets
the page for what is not there.  What somebody votes is not asked here; a ballot that
is handed in is photographed (in an open vote) and keyed twice in the office.
"""

from odoo.fields import Domain
from odoo.http import request, route

from ..tools import media
from .portal_vote_words import VoteWords, square_metres
from .portal_votes import VotePages

PAGE = 40
BALLOT_MAX = 12 * media.MIB


class DoorPages(VotePages):
    def _shequ_round_votes(self):
        """Open votes of the user's estates; record rules decide."""
        if not request.env.user._is_internal():
            self._shequ_refuse()
        if not request.env["shequ.vote"].has_access("read"):
            self._shequ_refuse()
        return request.env["shequ.vote"].search([("state", "=", "open")])

    def _shequ_round_vote(self, vote_id):
        vote = self._shequ_round_votes().filtered(lambda one: one.id == vote_id)
        if not vote:
            self._shequ_refuse()
        return vote

    def _shequ_round_domain(self, vote):
        """Whose doors: a grid worker's are those of the grids."""
        domain = Domain("vote_id", "=", vote.id)
        user = request.env.user
        if not user.has_group("shequ_property.group_front_desk"):
            grids = request.env["shequ.grid"].sudo().search([("user_id", "=", user.id)])
            domain &= Domain("building_id.grid_id", "in", grids.ids)
        return domain

    def _shequ_round_elector(self, vote, elector_id):
        elector = (
            request.env["shequ.vote.elector"]
            .sudo()
            .search(self._shequ_round_domain(vote) & Domain("id", "=", elector_id))
        )
        if not elector:
            self._shequ_refuse()
        return elector

    @route("/vote/round", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_rounds(self):
        votes = self._shequ_round_votes()
        if len(votes) == 1:
            return request.redirect(f"/vote/round/{votes.id}", 303)
        return self._shequ_page(
            "shequ_property.portal_vote_rounds",
            {
                "bare": True,
                "votes": [VoteWords(request.env, vote.sudo()).card() for vote in votes],
            },
        )

    @route(
        "/vote/round/<int:vote_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_round(self, vote_id, building="", show="left", page="1", ok=""):
        vote = self._shequ_round_vote(vote_id).sudo()
        Elector = request.env["shequ.vote.elector"].sudo()
        domain = self._shequ_round_domain(vote)
        buildings = [
            {"id": house.id, "name": house.label, "left": count}
            for house, count in Elector._read_group(
                domain & Domain("channel", "=", False),
                ["building_id"],
                ["__count"],
                order="building_id",
            )
            if house
        ]
        chosen = self._shequ_int(building)
        if chosen not in [house["id"] for house in buildings]:
            chosen = buildings[0]["id"] if len(buildings) > 1 else 0
        if chosen:
            domain &= Domain("building_id", "=", chosen)
        if show != "all":
            show = "left"
            domain &= Domain("channel", "=", False)
        number = max(1, self._shequ_int(page, 1))
        count = Elector.search_count(domain)
        electors = Elector.search(
            domain, order="number", limit=PAGE, offset=(number - 1) * PAGE
        )
        visits = request.env["shequ.vote.visit"]._last(electors)
        wanted = [
            e for e in electors if e.id in visits and visits[e.id].outcome == "wanted"
        ]
        electors = Elector.concat(*wanted) + (electors - Elector.concat(*wanted))
        words = VoteWords(request.env, vote)
        return self._shequ_page(
            "shequ_property.portal_vote_round",
            {
                "bare": True,
                "vote": words.card(),
                "buildings": buildings,
                "chosen": chosen,
                "show": show,
                "count": count,
                "more": f"/vote/round/{vote.id}?building={chosen}&show={show}"
                f"&page={number + 1}"
                if count > number * PAGE
                else "",
                "doors": [
                    self._shequ_door(elector, visits.get(elector.id), words)
                    for elector in electors
                ],
                "flash": self.env._("Noted.") if ok else "",
            },
        )

    def _shequ_door(self, elector, visit, words):
        state, tone = self.env._("Not visited"), ""
        if elector.channel:
            state, tone = self._shequ_channel(elector), "brand"
        elif visit:
            labels = dict(visit._fields["outcome"]._description_selection(request.env))
            state = labels[visit.outcome]
            tone = "gold" if visit.outcome == "wanted" else "blue"
        return {
            "id": elector.id,
            "address": elector.address or "",
            "name": elector.voter_name or "",
            "area": square_metres(elector.area),
            "state": state,
            "tone": tone,
            "at": words.words.when(visit.at) if visit else "",
            "voted": bool(elector.channel),
        }

    @route(
        "/vote/round/<int:vote_id>/<int:elector_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_door(self, vote_id, elector_id):
        vote = self._shequ_round_vote(vote_id).sudo()
        return self._shequ_door_page(vote, self._shequ_round_elector(vote, elector_id))

    def _shequ_door_page(self, vote, elector, error="", status=200):
        words = VoteWords(request.env, vote)
        visit = request.env["shequ.vote.visit"]._last(elector).get(elector.id)
        return self._shequ_page(
            "shequ_property.portal_vote_door",
            {
                "bare": True,
                "vote": words.page(),
                "door": {
                    **self._shequ_door(elector, visit, words),
                    "number": elector._ballot_number(),
                },
                "secret": vote.secrecy == "secret",
                "error": error,
            },
            status=status,
            back=f"/vote/round/{vote.id}?building={elector.building_id.id}",
        )

    @route(
        "/vote/round/<int:vote_id>/<int:elector_id>",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_door_note(self, vote_id, elector_id, outcome="", ballot=None):
        vote = self._shequ_round_vote(vote_id).sudo()
        elector = self._shequ_round_elector(vote, elector_id)

        def step():
            raw = ballot.read(BALLOT_MAX + 1) if hasattr(ballot, "read") else b""
            if raw and outcome == "collected":
                request.env["shequ.vote.paper"]._scan_upload(elector, raw)
            request.env["shequ.vote.visit"]._note(elector, outcome, request.env.user)

        error = self._shequ_attempt(step)
        if error:
            return self._shequ_door_page(vote, elector, error, 422)
        return request.redirect(
            f"/vote/round/{vote.id}?building={elector.building_id.id}&ok=1", 303
        )

    @route("/vote/<int:vote_id>/archive", type="http", auth="user", methods=["GET"])
    def shequ_staff_archive(self, vote_id):
        """The archive for staff; residents find it on the page of the vote."""
        if not request.env.user._is_internal():
            self._shequ_refuse()
        if not request.env["shequ.vote"].has_access("read"):
            self._shequ_refuse()
        vote = request.env["shequ.vote"].search([("id", "=", vote_id)])
        if vote.state not in ("closed", "publicity", "final", "filed"):
            self._shequ_refuse()
        return self._shequ_vote_zip(vote.sudo())
