import io
import json
import logging
import os
import tempfile
import zlib

from werkzeug.exceptions import abort
from werkzeug.utils import send_file

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import Response, request, route

from ..models.governance.disclosure_export import XLSX
from ..models.governance.disclosure_question import MAX_WORDS
from ..tools import disclosure_document as documents
from .portal_disclosure_words import DisclosureWords
from .portal_login import LoginPages

_logger = logging.getLogger(__name__)

ROOT = "/my/disclosures"
PAGE = 50
MIME = {
    "pdf": "application/pdf",
    "xlsx": XLSX,
    "json": "application/json; charset=utf-8",
}


class DisclosurePages(LoginPages):
    """What the property company has published (公示), down to the voucher."""

    # --- who may read ----------------------------------------------------

    def _shequ_disclosure_estates(self):
        """Estates (as super-user) whose disclosures the person reads in full."""
        return (
            self._shequ_residencies().estate_id
            | request.env.user._shequ_committee_estates()
        )

    def _shequ_disclosure_estate(self):
        estates = self._shequ_disclosure_estates()
        chosen = self._shequ_estate()
        return chosen if chosen in estates else estates[:1]

    def _shequ_disclosure(self, disclosure_id, published=True):
        """A disclosure (as super-user) of an estate of the person, or 404."""
        domain = Domain("id", "=", disclosure_id) & Domain(
            "estate_id", "in", self._shequ_disclosure_estates().ids
        )
        if published:
            domain &= Domain("current_version_id", "!=", False)
        disclosure = request.env["shequ.disclosure"].sudo().search(domain)
        if not disclosure:
            self._shequ_refuse()
        return disclosure

    def _shequ_version(self, disclosure, number=0):
        """The version ``number`` of ``disclosure``, the one in force, or 404."""
        number = self._shequ_int(number)
        if not number:
            return disclosure.current_version_id
        version = disclosure.version_ids.filtered(lambda v: v.number == number)
        if not version:
            self._shequ_refuse()
        return version

    # --- home ------------------------------------------------------------

    def _shequ_living_cards(self):
        cards = super()._shequ_living_cards()
        estate = self._shequ_disclosure_estate()
        disclosures = request.env["shequ.disclosure"].sudo()
        here = Domain("estate_id", "=", estate.id)
        if estate and disclosures.search_count(here, limit=1):
            late = disclosures.search_count(here & Domain("status", "in", ["overdue"]))
            cards.append(
                {
                    "key": "disclosures",
                    "sequence": 28,
                    "title": self.env._("Accounts and promises"),
                    "text": self.env._("%(n)s overdue", n=late)
                    if late
                    else self.env._("What is published, to the voucher"),
                    "href": ROOT,
                    "icon": "landmark",
                    "tone": "gold",
                    "badge": self._shequ_new_answers() or "",
                    "elder": True,
                }
            )
        return cards

    def _shequ_new_answers(self):
        return (
            request.env["shequ.disclosure.question"]
            .sudo()
            .search_count(
                [
                    ("partner_id", "=", self._shequ_partner().id),
                    ("answered_at", "!=", False),
                    ("answer_seen", "=", False),
                ]
            )
        )

    # --- list ------------------------------------------------------------

    @route(ROOT, type="http", auth="user", methods=["GET"], readonly=True)
    def shequ_disclosures(self, show=""):
        estate = self._shequ_disclosure_estate()
        if not estate:
            return self._shequ_page("shequ_property.portal_no_home", {"active": "home"})
        return self._shequ_page(
            "shequ_property.portal_disclosures",
            {
                "active": "home",
                "shown": self._shequ_disclosure_list(
                    estate, ROOT, self._shequ_partner(), show
                ),
            },
            back="/my/community",
        )

    def _shequ_disclosure_list(self, estate, root, partner=None, show=""):
        """What is missing, and what is published, by type.

        :param str show: code of a type: all of it; else the latest of each
        """
        domain = Domain("estate_id", "=", estate.id)
        if not partner:
            domain &= Domain("type_id.is_public", "=", True)
        disclosures = request.env["shequ.disclosure"].sudo().search(domain)
        lang = request.env.lang
        missing, groups = [], []
        pending = disclosures.filtered(lambda d: not d.current_version_id and d.due_on)
        for disclosure in pending.sorted("due_on"):
            if disclosure.type_id.is_required or disclosure.status == "overdue":
                words = DisclosureWords(request.env, disclosure, root, partner)
                missing.append(words.card())
        published = disclosures.filtered(
            lambda d: (
                d.current_version_id and (partner or d.current_version_id.is_public)
            )
        )
        for kind, of_kind in sorted(
            published.grouped("type_id").items(),
            key=lambda item: (item[0].sequence, item[0].id),
        ):
            if show and kind.code != show:
                continue
            kind = kind.with_context(lang=lang)
            of_kind = of_kind.sorted(
                lambda d: (d.date_from or d.first_published_on, d.id), reverse=True
            )
            shown = of_kind if show else of_kind[:1]
            groups.append(
                {
                    "name": kind.name,
                    "code": kind.code,
                    "cards": [
                        DisclosureWords(request.env, one, root, partner).card()
                        for one in shown
                    ],
                    "more": len(of_kind) - len(shown),
                }
            )
        last = request.env["shequ.disclosure.version"].sudo()._last(estate)
        return {
            "estate": estate.name,
            "root": root,
            "late": [card for card in missing if card["tone"] == "red"],
            "soon": [card for card in missing if card["tone"] == "gold"],
            "planned": [card for card in missing if card["tone"] == "blue"],
            "groups": groups,
            "show": show,
            "chain": last.chain or "",
            "chain_number": last.chain_number,
        }

    # --- page ------------------------------------------------------------

    @route(f"{ROOT}/<int:disclosure_id>", type="http", auth="user", methods=["GET"])
    def shequ_disclosure(self, disclosure_id, v="", ok=""):
        disclosure = self._shequ_disclosure(disclosure_id)
        version = self._shequ_version(disclosure, v)
        partner = self._shequ_partner()
        request.env["shequ.disclosure.read"].sudo()._note(version, partner)
        disclosure.question_ids.filtered(
            lambda q: q.partner_id == partner and q.answered_at and not q.answer_seen
        ).answer_seen = True
        words = DisclosureWords(request.env, disclosure, ROOT, partner)
        values = words.page(version)
        serves = disclosure.estate_id in request.env.user._shequ_committee_estates()
        return self._shequ_page(
            "shequ_property.portal_disclosure",
            {
                "active": "home",
                "doc": values,
                "readers": self._shequ_readers(disclosure) if serves else None,
                "desk": f"/my/committee/review/{values['review']['id']}"
                if serves and values["review"]
                else "",
                "flash": self.env._(
                    "Your question is there. The answer appears below it."
                )
                if ok == "asked"
                else "",
            },
            back=ROOT,
        )

    def _shequ_readers(self, disclosure):
        """How many have read it, for the committee; never who."""
        return {
            "opened": disclosure.read_count,
            "people": disclosure.reader_count,
            "homes": disclosure.household_count,
            "rate": f"{disclosure.household_rate:.1f}%",
        }

    @route(
        f"{ROOT}/<int:disclosure_id>/changes/<int:number>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_disclosure_changes(self, disclosure_id, number):
        disclosure = self._shequ_disclosure(disclosure_id)
        words = DisclosureWords(request.env, disclosure, ROOT, self._shequ_partner())
        version = self._shequ_version(disclosure, number)
        if version.number < 2:
            self._shequ_refuse()
        return self._shequ_page(
            "shequ_property.portal_disclosure_changes",
            {"active": "home", "changes": words.changes(version)},
            back=words.url,
        )

    # --- down to the voucher -----------------------------------------------

    @route(
        f"{ROOT}/<int:disclosure_id>/entries",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_disclosure_entries(self, disclosure_id, key="", v="", page="1"):
        disclosure = self._shequ_disclosure(disclosure_id)
        version = self._shequ_version(disclosure, v)
        figures = {figure["key"]: figure for figure in version._content()["figures"]}
        if key not in figures:
            self._shequ_refuse()
        figure = figures[key]
        words = DisclosureWords(request.env, disclosure, ROOT, self._shequ_partner())
        number = max(self._shequ_int(page, 1), 1)
        entries, count = version._entries_of(key, (number - 1) * PAGE, PAGE)
        base = f"{words.url}/entries?v={version.number}&key={key}&page="
        return self._shequ_page(
            "shequ_property.portal_disclosure_entries",
            {
                "active": "home",
                "figure": {
                    **figure,
                    "text": documents.amount(figure["kind"], figure["value"]),
                },
                "title": version.title,
                "entries": [
                    words.entry(entry, f"{words.url}/voucher/{entry.id}")
                    for entry in entries
                ],
                "count": count,
                "older": base + str(number + 1) if number * PAGE < count else "",
                "newer": base + str(number - 1) if number > 1 else "",
                "page": number,
                "pages": -(-count // PAGE),
                "tickets": figure["origin"] == "tickets",
            },
            back=f"{words.url}?v={version.number}",
        )

    @route(
        f"{ROOT}/<int:disclosure_id>/voucher/<int:entry_id>",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_disclosure_voucher(self, disclosure_id, entry_id):
        disclosure = self._shequ_disclosure(disclosure_id)
        entry = (
            request.env["shequ.disclosure.entry"]
            .sudo()
            .search(
                [
                    ("id", "=", entry_id),
                    ("source", "=", "books"),
                    ("version_id", "in", disclosure.version_ids.ids),
                ]
            )
        )
        if not entry:
            self._shequ_refuse()
        words = DisclosureWords(request.env, disclosure, ROOT, self._shequ_partner())
        return self._shequ_page(
            "shequ_property.portal_disclosure_voucher",
            {"active": "home", "voucher": words.voucher(entry)},
            back=f"{words.url}/entries?v={entry.version_id.number}&key={entry.key}",
        )

    # --- asking ------------------------------------------------------------

    @route(
        f"{ROOT}/<int:disclosure_id>/ask",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
    )
    def shequ_disclosure_ask(self, disclosure_id, key=""):
        return self._shequ_ask_page(self._shequ_disclosure(disclosure_id), key)

    def _shequ_ask_page(self, disclosure, key, form=None, error="", status=200):
        labels = documents.labels(disclosure.current_version_id._content())
        return self._shequ_page(
            "shequ_property.portal_disclosure_ask",
            {
                "active": "home",
                "title": disclosure.current_version_id.title,
                "url": f"{ROOT}/{disclosure.id}",
                "key": key if key in labels else "",
                "label": labels.get(key, ""),
                "max_words": MAX_WORDS,
                "form": form or {},
                "error": error,
            },
            status=status,
            back=f"{ROOT}/{disclosure.id}",
        )

    @route(
        f"{ROOT}/<int:disclosure_id>/ask", type="http", auth="user", methods=["POST"]
    )
    def shequ_disclosure_ask_send(self, disclosure_id, key="", words=""):
        disclosure = self._shequ_disclosure(disclosure_id)
        partner = self._shequ_partner()
        labels = documents.labels(disclosure.current_version_id._content())
        label = labels.get(key, "")
        error = ""
        if self._shequ_asked_too_much(partner):
            error = self.env._(
                "You have asked many questions within the last hour. Please wait a "
                "little."
            )
        else:
            error = self._shequ_attempt(
                lambda: request.env["shequ.disclosure.question"]._ask(
                    disclosure, partner, words, key if label else "", label
                )
            )
        if error:
            return self._shequ_ask_page(
                disclosure, key, {"words": words}, error, status=422
            )
        return request.redirect(f"{ROOT}/{disclosure.id}?ok=asked", 303)

    def _shequ_asked_too_much(self, partner):
        return self._shequ_too_many(
            "shequ.disclosure.question",
            [("partner_id", "=", partner.id)],
            "shequ.disclosure.questions_per_hour",
            10,
        )

    # --- files -------------------------------------------------------------

    @route(
        f"{ROOT}/<int:disclosure_id>/file/<int:number>.<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def shequ_disclosure_file(self, disclosure_id, number, kind):
        disclosure = self._shequ_disclosure(disclosure_id)
        version = self._shequ_version(disclosure, number)
        return self._shequ_disclosure_file(version, kind, public=False)

    def _shequ_disclosure_file(self, version, kind, public):
        """Send a file of ``version``; the same bytes for ever, so it may be kept."""
        if kind not in (*MIME, "ocds", "release.ocds"):
            self._shequ_refuse()
        tag = f"{version.sha256}-{kind}-{int(public)}"
        if kind.endswith("ocds"):
            tag = f"{tag}-{self._shequ_ocds_tag(version)}"
        if response := self._shequ_file_known(tag, public):
            return response
        name = f"{version.reference}-v{version.number}.{kind}"
        # Made on the disk and sent from there: a year of accounts does not have to
        # fit in memory.
        out = tempfile.TemporaryFile()
        if kind.endswith("ocds"):
            name = f"{name}.json"
            out.write(self._shequ_ocds(version, kind == "ocds"))
        else:
            try:
                version._write_download(kind, public, out)
            except UserError as error:
                return self._shequ_no_pdf(error)
        return self._shequ_file_send(
            out, name, MIME.get(kind, MIME["json"]), tag, public
        )

    def _shequ_file_known(self, tag, public):
        """The answer to who has the file already: nothing is made again."""
        if tag not in request.httprequest.if_none_match:
            return None
        response = request.make_response("", status=304)
        return self._shequ_file_headers(response, tag, public)

    def _shequ_file_headers(self, response, tag, public):
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = (
            "public, max-age=86400" if public else "private, max-age=86400"
        )
        response.set_etag(tag)
        return response

    def _shequ_file_send(self, file, name, mimetype, tag, public, inline=False):
        """Send ``file`` (open for reading, closed by the server) piece by piece."""
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        response = send_file(
            file,
            environ=request.httprequest.environ,
            mimetype=mimetype,
            as_attachment=not inline,
            download_name=name,
            conditional=False,
            etag=False,
            response_class=Response,
        )
        response.content_length = size
        return self._shequ_file_headers(response, tag, public)

    @route(
        f"{ROOT}/<int:disclosure_id>/paper/<int:number>/<int:place>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def shequ_disclosure_paper(self, disclosure_id, number, place):
        disclosure = self._shequ_disclosure(disclosure_id)
        version = self._shequ_version(disclosure, number)
        return self._shequ_paper(version._file(place), public=False)

    def _shequ_paper(self, paper, public):
        """Send a published file; one that was changed on the disk is not shown."""
        if not paper:
            self._shequ_refuse()
        tag = f"{paper.sha256}-{int(public)}"
        if response := self._shequ_file_known(tag, public):
            return response
        if not paper._is_whole():
            _logger.warning("Published file %s has been changed", paper.sha256)
            return self._shequ_public_page(
                "shequ_property.portal_disclosure_file_changed",
                {"sha256": paper.sha256},
                status=409,
            )
        response = self._shequ_file_send(
            io.BytesIO(paper._bytes()),
            paper.name,
            paper.mimetype,
            tag,
            public,
            inline=paper.mimetype.startswith("image/"),
        )
        # Whatever the bytes are, they cannot act as a page.
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response

    def _shequ_no_pdf(self, error):
        """Printing needs a program that a server may lack; everything else works."""
        return self._shequ_public_page(
            "shequ_property.portal_disclosure_no_pdf",
            {"error": str(error.args[0])},
            status=503,
        )

    def _shequ_ocds_contract(self, version):
        disclosure = version.disclosure_id
        contract = request.env["shequ.contract"].sudo()
        if disclosure.res_model != contract._name:
            self._shequ_refuse()
        contract = contract.browse(disclosure.res_id).exists()
        if not contract:
            self._shequ_refuse()
        return contract

    def _shequ_ocds_tag(self, version):
        """Changes whenever the package does: a version, a month that was closed."""
        return self._shequ_ocds_contract(version)._ocds_tag()

    def _shequ_ocds(self, version, whole):
        """The contract as an Open Contracting package: its record, or one release."""
        contract = self._shequ_ocds_contract(version)
        url = request.httprequest.base_url
        package = (
            contract._ocds_package(url)
            if whole
            else contract._ocds_release_package(url)
        )
        return json.dumps(package, ensure_ascii=False, indent=1).encode()

    @route(f"{ROOT}/chain.json", type="http", auth="user", methods=["GET"])
    def shequ_disclosure_chain(self):
        estate = self._shequ_disclosure_estate()
        if not estate:
            self._shequ_refuse()
        return self._shequ_chain_file(estate, public=False)

    def _shequ_chain_file(self, estate, public):
        last = request.env["shequ.disclosure.version"].sudo()._last(estate)
        tag = f"chain-{last.chain or estate.code}-{int(public)}"
        response = self._shequ_file_known(tag, public)
        if not response:
            out = tempfile.TemporaryFile()
            for piece in estate._disclosure_chain(public):
                out.write(piece.encode())
            response = self._shequ_file_send(
                out, f"{estate.code}.json", MIME["json"], tag, public
            )
        # It grows: whoever keeps it asks whether it has.
        response.headers["Cache-Control"] = "no-cache"
        return response

    # --- the sign on the notice board: no log-in -----------------------------

    def _shequ_sign_estate(self, token):
        """The estate (as super-user) of a sign, or 404; guesses are counted."""
        estate = request.env["shequ.estate"]._by_disclosure_token(token)
        if not estate:
            address = request.env["shequ.login.code"]._network(
                request.httprequest.remote_addr
            )
            wait = request.env["shequ.login.throttle"]._hit(
                [("link", address, "shequ.news.limit_links")]
            )
            page = self._shequ_public_page(
                "shequ_property.portal_sign_over", status=429 if wait else 404
            )
            page.flatten()
            abort(page)
        return estate

    def _shequ_sign_disclosure(self, estate, disclosure_id):
        disclosure = (
            request.env["shequ.disclosure"]
            .sudo()
            .search(
                [
                    ("id", "=", disclosure_id),
                    ("estate_id", "=", estate.id),
                    ("current_version_id.is_public", "=", True),
                ]
            )
        )
        if not disclosure:
            self._shequ_sign_refuse()
        return disclosure

    def _shequ_sign_refuse(self):
        page = self._shequ_public_page("shequ_property.portal_sign_over", status=404)
        page.flatten()
        abort(page)

    def _shequ_sign_page(self, template, estate, values, tag, back=""):
        """A page that anybody may keep for a minute; an unchanged one is not made.

        :param values: function that gives the values of the page
        :param str tag: changes whenever the page does
        """
        cookies = request.httprequest.cookies
        look = f"{cookies.get('shequ_theme', '')}{cookies.get('shequ_large', '')}"
        etag = f"{tag}-{request.env.lang}-{look}-{self._shequ_assets_tag()}"
        if etag in request.httprequest.if_none_match:
            response = request.make_response("", status=304)
        else:
            response = self._shequ_public_page(
                template,
                {
                    "estate": {
                        **self._shequ_estate_values(estate),
                        "home": f"/d/{estate.disclosure_token}",
                    },
                    "sign": f"/d/{estate.disclosure_token}",
                    **values(),
                },
                back=back,
            )
            response.flatten()
        response.headers["Cache-Control"] = "public, max-age=60"
        response.headers["Vary"] = "Cookie, Accept-Language"
        response.set_etag(etag)
        return response

    def _shequ_assets_tag(self):
        """Names of the style sheets: a new release shows new pages."""
        return str(zlib.crc32("".join(self._shequ_assets()).encode()))

    @route("/d/<string:token>", type="http", auth="public", methods=["GET"])
    def shequ_sign(self, token, show=""):
        estate = self._shequ_sign_estate(token)
        root = f"/d/{token}"
        values = self._shequ_disclosure_list(estate, root, None, show)
        today = request.env["shequ.estate"]._today()
        questions = sum(
            card["waiting"] for group in values["groups"] for card in group["cards"]
        )
        return self._shequ_sign_page(
            "shequ_property.portal_disclosures",
            estate,
            lambda: {"shown": values},
            f"{values['chain']}-{today}-{questions}-{show}",
        )

    @route(
        "/d/<string:token>/<int:disclosure_id>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def shequ_sign_disclosure(self, token, disclosure_id, v=""):
        estate = self._shequ_sign_estate(token)
        disclosure = self._shequ_sign_disclosure(estate, disclosure_id)
        version = self._shequ_sign_version(disclosure, v)
        request.env["shequ.disclosure.read"].sudo()._note(version)
        words = DisclosureWords(request.env, disclosure, f"/d/{token}")
        review = words._review_of(version)
        signed = len(review.verdict_ids)
        state = f"{version.sha256}-{version.is_current}-{disclosure.state}"
        return self._shequ_sign_page(
            "shequ_property.portal_disclosure",
            estate,
            lambda: {"doc": words.page(version), "readers": None, "desk": ""},
            f"{state}-{review.outcome}-{signed}-{bool(review.answered_at)}",
            back=f"/d/{token}",
        )

    def _shequ_sign_version(self, disclosure, number):
        number = self._shequ_int(number)
        version = disclosure.current_version_id
        if number:
            version = disclosure.version_ids.filtered(
                lambda v: v.number == number and v.is_public
            )
        if not version:
            self._shequ_sign_refuse()
        return version

    @route(
        "/d/<string:token>/<int:disclosure_id>/changes/<int:number>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def shequ_sign_changes(self, token, disclosure_id, number):
        estate = self._shequ_sign_estate(token)
        disclosure = self._shequ_sign_disclosure(estate, disclosure_id)
        version = self._shequ_sign_version(disclosure, number)
        if version.number < 2 or not version._before().is_public:
            self._shequ_sign_refuse()
        words = DisclosureWords(request.env, disclosure, f"/d/{token}")
        return self._shequ_sign_page(
            "shequ_property.portal_disclosure_changes",
            estate,
            lambda: {"changes": words.changes(version)},
            f"changes-{version.sha256}",
            back=words.url,
        )

    @route(
        "/d/<string:token>/<int:disclosure_id>/file/<int:number>.<string:kind>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def shequ_sign_file(self, token, disclosure_id, number, kind):
        estate = self._shequ_sign_estate(token)
        disclosure = self._shequ_sign_disclosure(estate, disclosure_id)
        version = self._shequ_sign_version(disclosure, number)
        return self._shequ_disclosure_file(version, kind, public=True)

    @route(
        "/d/<string:token>/<int:disclosure_id>/paper/<int:number>/<int:place>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def shequ_sign_paper(self, token, disclosure_id, number, place):
        estate = self._shequ_sign_estate(token)
        disclosure = self._shequ_sign_disclosure(estate, disclosure_id)
        version = self._shequ_sign_version(disclosure, number)
        paper = version._file(place)
        if not paper:
            self._shequ_sign_refuse()
        return self._shequ_paper(paper, public=True)

    @route("/d/<string:token>/chain.json", type="http", auth="public", methods=["GET"])
    def shequ_sign_chain(self, token):
        return self._shequ_chain_file(self._shequ_sign_estate(token), public=True)
