from odoo import fields
from odoo.http import request, route
from odoo.tools.misc import format_date, formatLang

from .portal_home import HomePages
from .portal_words import Words

MONTHS = 12
CASES = 200
TONES = {"kept": "brand", "broken": "red", "waiting": "gold", "none": "blue"}
ICONS = {
    "clean": "recycle",
    "order": "shield-check",
    "facility": "wrench",
    "green": "trees",
    "desk": "phone-call",
}


class PromisePages(HomePages):
    """What the property company has promised, and whether it was kept."""

    def _shequ_living_cards(self):
        cards = super()._shequ_living_cards()
        estate = self._promise_estate()
        contract = request.env["shequ.contract"]._of_estate(estate)
        if contract:
            cards.append(
                {
                    "key": "promises",
                    "sequence": 55,
                    "title": self.env._("Service promises"),
                    "text": self.env._("Kept or broken, month by month"),
                    "href": "/my/promises",
                    "icon": "handshake",
                    "tone": "brand",
                }
            )
        return cards

    # --- who may see what -------------------------------------------------------

    def _promise_estates(self):
        """Estates (as super-user) where the person lives or serves in the committee."""
        user = request.env.user
        return self._shequ_residencies().estate_id | user._shequ_committee_estates()

    def _promise_estate(self):
        return self._shequ_estate() or self._promise_estates()[:1]

    def _promise_measure(self, measure_id):
        """A measured promise (as super-user) of one's estates, or page 404."""
        found = (
            request.env["shequ.contract.measure"]
            .sudo()
            .search(
                [
                    ("id", "=", measure_id),
                    ("estate_id", "in", self._promise_estates().ids),
                ]
            )
        )
        if not found:
            self._shequ_refuse()
        # The page's language, not the super-user's.
        return found.with_context(lang=request.env.lang)

    def _promise_contract(self):
        contract = request.env["shequ.contract"]._of_estate(self._promise_estate())
        if not contract:
            self._shequ_refuse()
        return contract.with_context(lang=request.env.lang)

    def _promise_in_committee(self, estate):
        return estate in request.env.user._shequ_committee_estates()

    # --- pages ------------------------------------------------------------------

    @route("/my/promises", type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_promises(self, month=""):
        estate = self._promise_estate()
        contract = request.env["shequ.contract"]._of_estate(estate)
        sheets = (
            request.env["shequ.contract.sheet"]
            .sudo()
            .with_context(lang=request.env.lang)
            .search([("estate_id", "in", estate.ids)], order="month desc", limit=MONTHS)
        )
        by_month = {sheet.month.strftime("%Y-%m"): sheet for sheet in sheets}
        # What is over tells more than the first days of a month.
        over = [key for key, sheet in by_month.items() if self._is_over(sheet)]
        chosen = month if month in by_month else next(iter(over or by_month), "")
        sheet = by_month.get(chosen)
        return self._shequ_page(
            "shequ_property.portal_promises",
            {
                "active": "home",
                "contract": self._promise_contract_values(contract)
                if contract
                else None,
                "months": [
                    {
                        "key": key,
                        "label": format_date(
                            request.env, one.month, date_format="yyyy-MM"
                        ),
                        "chosen": key == chosen,
                    }
                    for key, one in by_month.items()
                ],
                "sheet": self._promise_sheet_values(sheet) if sheet else None,
                "rounds": request.env["shequ.round"]
                .sudo()
                .search_count([("estate_id", "in", estate.ids)], limit=1),
            },
            back="/my/community",
        )

    def _is_over(self, sheet):
        return sheet.month < fields.Date.context_today(sheet).replace(day=1)

    def _promise_contract_values(self, contract):
        contract = contract.with_context(lang=request.env.lang)
        notice = contract._notice_window(request.env["shequ.estate"]._today())
        return {
            "title": contract.title,
            "notice": notice and [line for line in notice if line],
        }

    def _promise_sheet_values(self, sheet):
        rows = sheet.measure_ids
        areas = dict(rows._fields["area"]._description_selection(request.env))
        return {
            "closed": sheet.state == "closed",
            "over": self._is_over(sheet),
            "judged": bool(sheet.kept_count + sheet.broken_count),
            "score": f"{sheet.score // 10}.{sheet.score % 10}",
            "kept": self.env._("%(n)s kept", n=sheet.kept_count),
            "broken": self.env._("%(n)s broken", n=sheet.broken_count),
            "waiting": sheet.waiting_count
            and self.env._("%(n)s to be attested", n=sheet.waiting_count),
            "groups": [
                {
                    "name": label,
                    "icon": ICONS.get(area, "check"),
                    "rows": [
                        self._promise_card(row)
                        for row in rows.filtered(lambda r, a=area: r.area == a)
                    ],
                }
                for area, label in areas.items()
                if rows.filtered(lambda r, a=area: r.area == a)
            ],
        }

    def _promise_card(self, row):
        states = dict(row._fields["state"]._description_selection(request.env))
        return {
            "id": row.id,
            "text": row.name,
            "state": states[row.state],
            "tone": TONES[row.state],
            "icon": {"kept": "circle-check", "broken": "x"}.get(row.state, "clock"),
            "wanted": row.wanted,
            "shown": row.shown if row.state in ("kept", "broken") else "",
            "disputed": any(row.dispute_ids.mapped("is_open")),
            "overruled": row.overruled,
        }

    @route(
        "/my/promises/<int:measure_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_promise(self, measure_id, ok=""):
        row = self._promise_measure(measure_id)
        flash = self.env._("Your dispute has been sent.") if ok == "sent" else ""
        return self._promise_page(row, flash=flash)

    def _promise_page(self, row, error="", form=None, status=200, flash=""):
        words = Words(request.env, row.estate_id)
        lines = row.line_ids
        in_committee = self._promise_in_committee(row.estate_id)
        counts_hits = row.measure not in ("rating_avg", "ticket_count", "attested")
        return self._shequ_page(
            "shequ_property.portal_promise",
            {
                "active": "home",
                "flash": flash,
                "error": error,
                "form": form or {},
                "row": {
                    **self._promise_card(row),
                    "from": words.date(row.date_from),
                    "until": words.date(row.date_to),
                    "attested": row.measure == "attested",
                    "counts_hits": counts_hits,
                    "tally": counts_hits
                    and row.denominator
                    and self.env._(
                        "%(hits)s of %(cases)s kept",
                        hits=row.numerator,
                        cases=row.denominator,
                    ),
                    "counted": row.sheet_id.counted_at
                    and self.env._(
                        "counted %(when)s", when=words.when(row.sheet_id.counted_at)
                    ),
                },
                "history": self._promise_history(row),
                "lines": [
                    {
                        "what": line.what,
                        "hit": line.hit,
                        "at": words.when(line.at) if line.at else "",
                    }
                    for line in lines[:CASES]
                ],
                "more_lines": len(lines) > CASES
                and self.env._("%(n)s more", n=len(lines) - CASES),
                "attestations": [
                    {
                        "at": words.when(one.at),
                        "kept": one.kept,
                        "words": one.words,
                        "photos": one.attachment_ids.ids,
                    }
                    for one in row.attestation_ids
                ],
                "disputes": [
                    {
                        "at": words.when(one.opened_at),
                        "words": one.words,
                        "answer": one.answer or "",
                        "state": one.state,
                        "tone": {"open": "gold", "upheld": "red"}.get(
                            one.state, "blue"
                        ),
                        "mine": one.partner_id == self._shequ_partner(),
                    }
                    for one in row.dispute_ids
                ],
                "may_dispute": in_committee and row._may_dispute(),
            },
            status=status,
            back=f"/my/promises?month={row.sheet_id.month:%Y-%m}",
        )

    def _promise_history(self, row):
        """The same promise in the months before and after."""
        others = row.search(
            [
                ("commitment_id", "=", row.commitment_id.id),
                ("estate_id", "=", row.estate_id.id),
            ],
            order="date_to desc",
            limit=MONTHS,
        )
        return [
            {
                **self._promise_card(one),
                "month": format_date(
                    request.env, one.sheet_id.month, date_format="yyyy-MM"
                ),
                "here": one == row,
            }
            for one in others
        ]

    @route(
        "/my/promises/<int:measure_id>/dispute",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def shequ_promise_dispute(self, measure_id, words=""):
        row = self._promise_measure(measure_id)
        if not self._promise_in_committee(row.estate_id):
            self._shequ_refuse()
        partner = self._shequ_partner()
        refusal = ""
        if self._shequ_too_many(
            "shequ.contract.dispute",
            [("partner_id", "=", partner.id)],
            "shequ.contract.disputes_per_hour",
            20,
        ):
            refusal = self.env._(
                "You have sent many within the last hour. Please wait a little."
            )
        refusal = refusal or self._shequ_attempt(lambda: row._dispute(partner, words))
        if refusal:
            return self._promise_page(row, refusal, {"words": words}, 422)
        return request.redirect(f"/my/promises/{row.id}?ok=sent", 303)

    @route(
        "/my/promises/photo/<int:attachment_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_promise_photo(self, attachment_id, small=""):
        """A photo with which staff attested a promise of one's estate."""
        found = (
            request.env["shequ.contract.attestation"]
            .sudo()
            .search(
                [
                    ("attachment_ids", "in", attachment_id),
                    ("estate_id", "in", self._promise_estates().ids),
                ],
                limit=1,
            )
        )
        photo = found.attachment_ids.filtered(lambda one: one.id == attachment_id)
        if not photo:
            self._shequ_refuse()
        return self._shequ_stream(photo, small=bool(small))

    # --- the contract -----------------------------------------------------------

    @route(
        "/my/promises/contract",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_contract(self):
        contract = self._promise_contract()
        words = Words(request.env, self._promise_estate())
        label = self._promise_label
        return self._shequ_page(
            "shequ_property.portal_contract",
            {
                "active": "home",
                "contract": {
                    **self._promise_contract_values(contract),
                    "number": contract.name,
                    "facts": [
                        (name, value)
                        for name, value in (
                            (self.env._("Property company"), contract.company_id.name),
                            (self.env._("Other party"), contract.client_name),
                            (self.env._("From"), words.date(contract.date_from)),
                            (
                                self.env._("Until"),
                                words.date(contract._last_day())
                                if contract._last_day()
                                else self.env._("Without a term"),
                            ),
                            (self.env._("Fee mode"), label(contract, "fee_mode")),
                            (self.env._("Service grade"), contract.grade_id.name),
                        )
                        if value
                    ],
                    "prices": [
                        {
                            "name": price.name,
                            "use": label(price, "use"),
                            "amount": formatLang(
                                request.env,
                                price.amount,
                                currency_obj=contract.currency_id,
                            ),
                            "per": label(price, "per"),
                            "control": label(price, "price_control"),
                            "basis": price.basis or "",
                        }
                        for price in contract.price_ids
                    ],
                    "versions": [
                        {
                            "name": self.env._("Version %(n)s", n=one.number),
                            "date": words.date(one.date),
                            "reason": one.reason,
                            "changes": one._changes(),
                            "text": one.text,
                            "digest": one.digest,
                        }
                        for one in contract.version_ids
                    ],
                    "termination": contract.termination_text or "",
                    "documents": [
                        {"id": one.id, "name": one.name}
                        for one in contract.document_ids
                    ],
                },
            },
            back="/my/promises",
        )

    def _promise_label(self, record, name):
        options = dict(record._fields[name]._description_selection(request.env))
        return options.get(record[name], "")

    @route(
        "/my/promises/document/<int:attachment_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_contract_document(self, attachment_id):
        """The signed scan of the contract that holds in one's estate."""
        contract = self._promise_contract()
        found = contract.document_ids.filtered(lambda one: one.id == attachment_id)
        if not found:
            self._shequ_refuse()
        return self._shequ_stream(found)
