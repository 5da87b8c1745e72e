"""A vote for everybody, without a log-in: how it stands, never who or where.

No person, no home, no unit: what is voted on, how many take part, the head of the
chain while it runs, and the result when it is posted.
"""

from odoo.http import request, route

from ..models.governance.vote import ANNOUNCED
from ..tools import qr
from .portal_login import LoginPages
from .portal_vote_words import VoteWords


class PublicVotePages(LoginPages):
    def _shequ_public_vote(self, vote_id):
        """An announced vote (as super-user), may be empty."""
        return (
            request.env["shequ.vote"]
            .sudo()
            .search([("id", "=", vote_id), ("state", "in", ANNOUNCED)])
        )

    @route("/vote/<int:vote_id>", type="http", auth="public", methods=["GET"])
    def shequ_public_vote(self, vote_id):
        vote = self._shequ_public_vote(vote_id)
        if not vote:
            return self._shequ_public_page(
                "shequ_property.portal_vote_public_missing", status=404
            )
        words = VoteWords(request.env, vote, public=True)
        page = words.page()
        # Files may name people; they are for those who live here.
        page["documents"] = []
        return self._shequ_public_page(
            "shequ_property.portal_vote_public",
            {
                "vote": page,
                "estate": self._shequ_estate_values(vote.estate_id),
                "image": qr.data_uri(f"{vote.get_base_url()}/my/votes/{vote.id}"),
            },
        )

    @route("/vote/<int:vote_id>/head.json", type="http", auth="public", methods=["GET"])
    def shequ_public_head(self, vote_id):
        """The head of the chain, for who keeps a record of it from hour to hour."""
        vote = self._shequ_public_vote(vote_id)
        if not vote:
            return request.make_json_response({"error": "not found"}, status=404)
        return request.make_json_response(
            {
                "vote": vote.reference or vote.id,
                "state": vote.state,
                "events": vote.event_count,
                "head": vote.head or None,
            },
            headers={"Cache-Control": "no-store"},
        )

    @route("/vote/b/<string:number>", type="http", auth="public", methods=["GET"])
    def shequ_ballot_code(self, number):
        """The QR code of a paper ballot: to the round for staff, else to the vote.

        The address names no home; who may not open it learns nothing of it.
        """
        elector = request.env["shequ.vote"].sudo()._elector_by_number(number)
        if not elector:
            return self._shequ_public_page(
                "shequ_property.portal_vote_public_missing", status=404
            )
        vote = elector.vote_id
        user = request.env.user
        if request.session.uid and user._is_internal():
            return request.redirect(f"/vote/round/{vote.id}/{elector.id}", 303)
        if request.session.uid:
            return request.redirect(f"/my/votes/{vote.id}", 303)
        return request.redirect(f"/vote/{vote.id}", 303)
