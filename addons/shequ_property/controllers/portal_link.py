"""The page behind the link of a text message: stars without logging in.

Whoever holds the link is taken for the person it was sent to, for some days and for
this ticket alone; so the page shows what the message has said, and no more.
"""

from odoo.exceptions import UserError
from odoo.http import request, route

from .portal_login import LoginPages
from .portal_ticket import TicketPages
from .portal_words import OWN, TicketWords

MAX_TEXT = 2000


class LinkPages(LoginPages, TicketPages):
    @route("/t/<string:token>", type="http", auth="public", methods=["GET"])
    def shequ_link(self, token, ok=""):
        news, refusal = self._shequ_link_news(token)
        return refusal or self._shequ_link_page(news, ok=ok)

    def _shequ_link_news(self, token):
        """The row of the token (as super-user), or the page that refuses it.

        What was tried in vain is counted for the network it came from.
        """
        news = request.env["shequ.ticket.news"]._by_token(token)
        if news:
            return news, None
        address = request.env["shequ.login.code"]._network(
            request.httprequest.remote_addr
        )
        wait = request.env["shequ.login.throttle"]._hit(
            [("link", address, "shequ.news.limit_links")]
        )
        if wait:
            page = self._shequ_public_page(
                "shequ_property.portal_link_wait", status=429
            )
            page.headers["Retry-After"] = str(wait)
            return None, page
        return None, self._shequ_public_page(
            "shequ_property.portal_link_over", status=404
        )

    def _shequ_link_page(self, news, ok="", error="", form=None, status=200):
        ticket = news.ticket_id
        lang = news.partner_id.lang or request.env.lang
        request.update_context(lang=lang)
        words = TicketWords(request.env, ticket.with_env(request.env).sudo(), OWN)
        state, tone = words.status()
        tags = request.env["shequ.rating.tag"].sudo().search([])
        return self._shequ_public_page(
            "shequ_property.portal_link",
            {
                "link": {
                    "token": news._token(),
                    "title": words.title(),
                    "number": ticket.name,
                    "status": state,
                    "tone": tone,
                    "strip": words.strip(),
                    "resolution": words.ticket.resolution or "",
                    "may_rate": words.may("rate") and not news.used_at,
                    "rated": bool(ticket.rated_at or news.used_at),
                    "may_stop": bool(news.partner_id) and ok != "stopped",
                    "supervision": words.supervision()
                    if news.partner_id
                    else {"cases": [], "may": False, "post": ""},
                },
                "tags": [{"id": tag.id, "name": tag.name} for tag in tags],
                "estate": self._shequ_estate_values(ticket.estate_id),
                "flash": {
                    "rated": self.env._("Thank you for the stars!"),
                    "stopped": self.env._(
                        "No more text messages about your reports. Call the service "
                        "desk if you want them again."
                    ),
                    "supervised": self.env._(
                        "The supervision post has it now and looks at every step."
                    ),
                }.get(ok, ""),
                "error": error,
                "form": form or {},
            },
            status=status,
        )

    def _shequ_link_do(self, token, step, ok, form=None):
        """Take a step with the row of the token; a refusal shows the page again."""
        news, refusal = self._shequ_link_news(token)
        if refusal:
            return refusal
        error = self._shequ_attempt(lambda: step(news))
        if error:
            return self._shequ_link_page(news, error=error, form=form, status=422)
        return request.redirect(f"/t/{token}?ok={ok}", 303)

    @route("/t/<string:token>/rate", type="http", auth="public", methods=["POST"])
    def shequ_link_rate(self, token, stars="", comment="", tags=None):
        chosen = {
            self._shequ_int(value) for value in request.httprequest.form.getlist("tags")
        }
        tags = (
            request.env["shequ.rating.tag"].sudo().search([("id", "in", list(chosen))])
        )
        form = {"stars": stars, "comment": comment[:1000], "tags": tags.ids}
        return self._shequ_link_do(
            token,
            lambda news: news._rate(self._shequ_int(stars), tags, form["comment"]),
            "rated",
            form,
        )

    @route(
        "/t/<string:token>/supervision", type="http", auth="public", methods=["POST"]
    )
    def shequ_link_supervision(self, token, reason=""):
        words = reason.strip()[:MAX_TEXT]

        def step(news):
            error = self._shequ_too_many_words(news.ticket_id)
            if error or not news.partner_id:
                raise UserError(error or self.env._("Please call the service desk."))
            self._shequ_supervise(news.ticket_id, news.partner_id, words)

        return self._shequ_link_do(
            token, step, "supervised", {"supervision_reason": words}
        )

    @route("/t/<string:token>/stop", type="http", auth="public", methods=["POST"])
    def shequ_link_stop(self, token):
        """No more messages: one tap, as easily as they came (个人信息保护法 15)."""

        def step(news):
            if not news.partner_id:
                raise UserError(self.env._("Please call the service desk."))
            news._stop()

        return self._shequ_link_do(token, step, "stopped")
