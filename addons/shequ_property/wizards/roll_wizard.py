import base64
import io
import os
import tempfile
import zipfile
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import split_every
from odoo.tools.misc import format_date

from ..tools import roll
from ..tools.mask import mask_phone

# Buildings whose units are in memory at once.
BATCH = 20
# Lines of a landscape page below the head; see report/roll.xml.
LINES = 25


class ShequRollWizard(models.TransientModel):
    """Roll of owners (业主名册) or residents (住户名册) by building, as of a day."""

    _name = "shequ.roll.wizard"
    _description = "Roll by Building"

    estate_id = fields.Many2one(
        "shequ.estate",
        required=True,
        default=lambda self: self.env["shequ.estate"]._only(),
    )
    company_id = fields.Many2one(related="estate_id.company_id")
    building_ids = fields.Many2many(
        "shequ.building",
        string="Buildings",
        domain="[('estate_id', '=', estate_id)]",
        help="Empty: all buildings of the estate.",
    )
    kind = fields.Selection(
        [("owners", "Owners"), ("residents", "Owners and Residents")],
        default="owners",
        required=True,
    )
    day = fields.Date(
        string="As of",
        required=True,
        default=lambda self: self.env["shequ.estate"]._today(),
        help="Any day of the history.",
    )
    one_sheet = fields.Boolean(
        string="All Buildings on One Sheet", help="Otherwise one sheet per building."
    )
    may_see_phones = fields.Boolean(compute="_compute_may_see_phones")
    whole_phones = fields.Boolean(string="Whole Phone Numbers")
    reason = fields.Char(help="Why whole numbers are needed; it is kept in the log.")
    unit_count = fields.Integer(string="Units", compute="_compute_unit_count")
    file = fields.Binary(attachment=False, readonly=True)
    file_name = fields.Char(readonly=True)

    @api.depends_context("uid")
    def _compute_may_see_phones(self):
        self.may_see_phones = self.env.user.has_group(
            "shequ_property.group_personal_data"
        )

    @api.depends("estate_id", "building_ids")
    def _compute_unit_count(self):
        for wizard in self:
            wizard.unit_count = self.env["shequ.unit"].search_count(
                wizard._unit_domain(wizard._buildings())
            )

    # ------------------------------------------------------------ the roll

    def _buildings(self):
        chosen = self.env.context.get("shequ_roll_buildings")
        domain = Domain("estate_id", "=", self.estate_id._origin.id)
        if ids := chosen or self.building_ids._origin.ids:
            domain &= Domain("id", "in", ids)
        return self.env["shequ.building"].search(domain, order="sort_key, id")

    @api.model
    def _unit_domain(self, buildings):
        return Domain("building_id", "in", buildings.ids)

    def _sections(self):
        """Yield ``(building label, [roll.Unit], roll.Totals, ids of the owners)``.

        Three queries for each `BATCH` of buildings, however many units they have;
        the cache is emptied in between, so that memory stays flat.
        """
        for batch in split_every(BATCH, self._buildings().ids):
            buildings = self.env["shequ.building"].browse(batch)
            units = self._units_of(buildings)
            stays = self._stays_of([u.id for rows in units.values() for u in rows])
            estates = self._deceased_of(units, stays)
            for building in buildings:
                rows, owners = [], []
                for unit in units.get(building.id, ()):
                    here = stays.get(unit.id, ())
                    owners += [s.partner_id.id for s in here if s.is_title]
                    rows.append(self._row(unit, here, estates.get(unit.id, "")))
                label = building.label
                yield label, rows, roll.totals(rows, owners), owners
            self.env.invalidate_all()

    def _units_of(self, buildings):
        found = self.env["shequ.unit"].search_fetch(
            self._unit_domain(buildings),
            [
                "building_id",
                "short_address",
                "use",
                "exclusive_area",
                "building_area",
            ],
            order="sort_key, id",
        )
        rows = {}
        for unit in found:
            rows.setdefault(unit.building_id.id, []).append(unit)
        return rows

    def _stays_of(self, unit_ids):
        Residency = self.env["shequ.residency"]
        stays = Residency.search_fetch(
            Residency._current_domain(self.day) & Domain("unit_id", "in", unit_ids),
            [
                "unit_id",
                "partner_id",
                "role",
                "is_title",
                "share_numerator",
                "share_denominator",
                "is_representative",
                "date_from",
            ],
            order="role_rank, date_from, id",
        )
        stays.partner_id.fetch(["name", "phone"])
        rows = {}
        for stay in stays:
            rows.setdefault(stay.unit_id.id, []).append(stay)
        return rows

    def _deceased_of(self, units, stays):
        """Words for units without an owner whose last one died, by unit id."""
        empty = [
            unit.id
            for rows in units.values()
            for unit in rows
            if not any(stay.is_title for stay in stays.get(unit.id, ()))
        ]
        if not empty:
            return {}
        dead = self.env["shequ.residency"].search(
            [
                ("unit_id", "in", empty),
                ("is_title", "=", True),
                ("end_reason", "=", "death"),
                ("date_to", "<=", self.day),
            ],
            order="date_to",
        )
        return {
            stay.unit_id.id: self.env._(
                "Estate of the deceased %(name)s", name=stay.partner_id.name
            )
            for stay in dead
        }

    def _row(self, unit, stays, note):
        uses = dict(unit._fields["use"]._description_selection(self.env))
        title = [stay for stay in stays if stay.is_title]
        people = (
            tuple(
                roll.Person(
                    stay.partner_id.name or "",
                    stay._role_label(),
                    self._phone(stay.partner_id),
                    str(stay.date_from),
                )
                for stay in stays
                if not stay.is_title
            )
            if self.kind == "residents"
            else ()
        )
        return roll.Unit(
            address=unit.short_address or "",
            use=uses[unit.use],
            exclusive_area=unit.exclusive_area,
            building_area=unit.building_area,
            owners=tuple(
                roll.Owner(
                    stay.partner_id.name or "",
                    self._phone(stay.partner_id),
                    stay.share_text or "",
                    stay.is_representative,
                )
                for stay in title
            ),
            family=sum(stay.role == "family" for stay in stays),
            tenants=sum(stay.role == "tenant" for stay in stays),
            # A family member or tenant may vote for the owner.
            note=note
            or ", ".join(
                self.env._("votes: %(person)s", person=stay.partner_id.name)
                for stay in stays
                if stay.is_representative and not stay.is_title
            ),
            people=people,
        )

    def _phone(self, partner):
        phone = partner.phone or ""
        return phone if self._shows_phones() else mask_phone(phone)

    def _shows_phones(self):
        return self.whole_phones and self.may_see_phones

    # ------------------------------------------------------------ documents

    def _check(self):
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(
            "shequ_property.group_estate_manager"
        ):
            raise AccessError(self.env._("Estate managers make the roll."))
        self.estate_id.check_access("read")
        if self.building_ids.estate_id - self.estate_id:
            raise UserError(self.env._("Choose buildings of the estate."))
        if self.day > date(2999, 12, 31) or self.day < date(1900, 1, 1):
            raise UserError(self.env._("Is the year right?"))
        if self._shows_phones() and not (self.reason or "").strip():
            raise UserError(self.env._("Say why whole phone numbers are needed."))
        if not self.unit_count:
            raise UserError(self.env._("There are no units in these buildings."))

    def _log(self, purpose, people):
        names = ["name", "phone"] if self._shows_phones() else ["name"]
        self.env["shequ.data.access"]._log(
            self.env["res.partner"],
            purpose,
            self.reason or self._title(),
            names,
            count=people,
            model="shequ.residency",
            channel="export",
        )

    def _title(self):
        return (
            self.env._("Roll of owners")
            if self.kind == "owners"
            else self.env._("Roll of residents")
        )

    def _subtitle(self):
        return self.env._(
            "%(company)s · %(estate)s · as of %(day)s",
            company=self.company_id.name,
            estate=self.estate_id.name,
            day=format_date(self.env, self.day),
        )

    def _offer(self, raw, extension):
        self.write(
            {
                "file": base64.b64encode(raw),
                "file_name": f"{self.estate_id.code}-{self._title()}-{self.day}."
                f"{extension}",
            }
        )
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/file?download=true"
            f"&filename_field=file_name",
        }

    def action_xlsx(self):
        """Offer the roll as a spreadsheet."""
        self._check()
        handle, path = tempfile.mkstemp(suffix=".xlsx")
        os.close(handle)
        try:
            people = self._write_xlsx(path)
            with open(path, "rb") as file:
                raw = file.read()
        finally:
            os.unlink(path)
        self._log("export", people)
        return self._offer(raw, "xlsx")

    def _headings(self):
        people = (
            [
                (self.env._("Other residents"), 16),
                (self.env._("Role"), 10),
                (self.env._("Phone"), 16),
                (self.env._("Since"), 12),
            ]
            if self.kind == "residents"
            else []
        )
        return [
            (self.env._("Building"), 14),
            (self.env._("Unit"), 22),
            (self.env._("Use"), 10),
            (self.env._("Exclusive area (m²)"), 12),
            (self.env._("Building area (m²)"), 12),
            (self.env._("Owner"), 18),
            (self.env._("Share"), 8),
            (self.env._("Phone"), 16),
            (self.env._("Votes"), 8),
            (self.env._("Family"), 8),
            (self.env._("Tenants"), 8),
            *people,
            (self.env._("Remark"), 26),
        ]

    def _write_xlsx(self, path):
        """Write the workbook to ``path``; return the number of people in it."""
        sheet = roll.Sheet(path)
        headings = self._headings()
        title, subtitle = self._title(), self._subtitle()
        sums, heads, people = [], set(), 0
        if self.one_sheet:
            sheet.start(title, title, subtitle, headings)
        for label, units, total, owners in self._sections():
            if not self.one_sheet:
                sheet.start(label, f"{title} · {label}", subtitle, headings)
            for unit in units:
                people += len(unit.owners) + len(unit.people)
                for row in self._cells(label, unit):
                    sheet.add(row)
            sheet.add_sum(self._sum_cells(label, total, len(headings)))
            sums.append((label, total))
            heads.update(owners)
        sheet.start(
            self.env._("Totals"),
            f"{title} · {self.env._('Totals')}",
            subtitle,
            [
                (self.env._("Building"), 18),
                (self.env._("Units"), 10),
                (self.env._("Exclusive area (m²)"), 16),
                (self.env._("Building area (m²)"), 16),
                (self.env._("Owners (people)"), 16),
                (self.env._("Family"), 10),
                (self.env._("Tenants"), 10),
                (self.env._("Units without owner"), 16),
            ],
        )
        for label, total in sums:
            sheet.add([label, *total])
        sheet.add_sum(
            [
                self.env._("Estate"),
                *roll.Totals(
                    *(
                        len(heads) if name == "owners" else sum(column)
                        for name, column in zip(
                            roll.Totals._fields,
                            zip(*(total for _label, total in sums), strict=True),
                            strict=True,
                        )
                    )
                ),
            ]
        )
        sheet.close()
        return people

    def _cells(self, label, unit):
        """Rows of one unit: as many as it has owners or, beside them, residents."""
        for index in range(max(len(unit.owners), len(unit.people), 1)):
            first = index == 0
            owner = unit.owners[index] if index < len(unit.owners) else roll.Owner("")
            cells = [
                label,
                unit.address,
                unit.use if first else "",
                # Areas stand once, so that a sum over the column is right.
                unit.exclusive_area if first else "",
                unit.building_area if first else "",
                owner.name,
                owner.share,
                owner.phone,
                "✓" if owner.votes else "",
                unit.family if first else "",
                unit.tenants if first else "",
            ]
            if self.kind == "residents":
                cells += (
                    unit.people[index]
                    if index < len(unit.people)
                    else roll.Person("", "")
                )
            yield [*cells, unit.note if first else ""]

    def _sum_cells(self, label, total, width):
        cells = [
            self.env._("Total %(building)s", building=label),
            self.env._("%(count)s units", count=total.units),
            "",
            total.exclusive_area,
            total.building_area,
            self.env._("%(count)s owners", count=total.owners),
            "",
            "",
            "",
            total.family,
            total.tenants,
        ]
        return cells + [""] * (width - len(cells))

    def action_pdf(self):
        """Offer the roll as PDF; a big one as one document per building, zipped."""
        self._check()
        params = self.env["ir.config_parameter"].sudo()
        most = int(params.get_param("shequ.roll_units_to_print", 6000))
        if self.unit_count > most:
            raise UserError(
                self.env._(
                    "%(count)s units are too many to print at once; the most is "
                    "%(most)s. Choose some buildings, or take the spreadsheet.",
                    count=self.unit_count,
                    most=most,
                )
            )
        limit = int(params.get_param("shequ.roll_units_per_document", 800))
        people = self.env["shequ.residency"].search_count(
            self.env["shequ.residency"]._current_domain(self.day)
            & Domain("unit_id.building_id", "in", self._buildings().ids)
        )
        self._log("print", people)
        if self.unit_count <= limit:
            return self._offer(self._pdf(self._buildings()), "pdf")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, building in enumerate(self._buildings(), 1):
                if building.unit_ids:
                    archive.writestr(
                        f"{number:03d}-{building.label}.pdf", self._pdf(building)
                    )
        return self._offer(stream.getvalue(), "zip")

    def _pdf(self, buildings):
        report = self.env["ir.actions.report"].with_context(
            shequ_roll_buildings=buildings.ids
        )
        return report._render_qweb_pdf("shequ_property.action_report_roll", self.ids)[0]

    def _pages(self):
        """Pages of the printout, each a dict with everything its head needs."""
        self.ensure_one()
        pages = []
        for label, units, total, _owners in self._sections():
            if not units:
                continue
            parts = roll.paginate(units, LINES)
            for number, part in enumerate(parts, 1):
                pages.append(
                    {
                        "building": label,
                        "units": part,
                        "number": number,
                        "of": len(parts),
                        "total": total if number == len(parts) else None,
                    }
                )
        return pages
