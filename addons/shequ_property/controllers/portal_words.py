"""What a resident reads about a ticket, as plain values for the pages.

Records never reach a template: the pages get dictionaries made here, so a field
that was not put in on purpose cannot show.
"""

import babel.dates
import pytz

from odoo import fields
from odoo.tools import html2plaintext
from odoo.tools.misc import babel_locale_parse

from ..models.ticket.ticket import FINISHED_STATES, OPEN_STATES
from ..tools import privacy
from .portal_visit_words import VisitWords

OWN, JOINED, NEIGHBOUR = "own", "joined", "neighbour"
DEFAULT_TZ = "Asia/Shanghai"
# The drawing of a category; children without one take their parent's.
CATEGORY_ICONS = {
    "home_repair": "house",
    "home_repair.water_leak": "droplets",
    "home_repair.drain": "toilet",
    "home_repair.electric": "zap",
    "home_repair.appliance": "washing-machine",
    "home_repair.door_lock": "lock-keyhole",
    "home_repair.heating_gas": "flame",
    "home_repair.roof_wall_leak": "umbrella",
    "public_facility": "building-2",
    "public_facility.lift": "lift",
    "public_facility.lighting": "lightbulb",
    "public_facility.floor_wall": "brick-wall",
    "public_facility.water_power": "plug-zap",
    "public_facility.gate": "door-open",
    "public_facility.fire": "fire-extinguisher",
    "environment": "trash-2",
    "environment.pest": "bug",
    "environment.odour_sewage": "wind",
    "greening": "trees",
    "order": "shield-check",
    "order.noise": "volume-2",
    "order.neighbour": "handshake",
    "order.pets": "paw-print",
    "order.illegal_build": "hard-hat",
    "order.security": "cctv",
    "parking": "circle-parking",
    "parking.illegal": "car",
    "parking.charging": "plug-zap",
    "safety": "triangle-alert",
    "safety.falling": "triangle-alert",
    "safety.fire": "flame",
    "safety.gas_electric": "zap",
    "safety.trapped": "lift",
    "safety.flood": "waves",
    "service": "message-circle",
    "service.attitude": "user",
    "service.fee": "badge-japanese-yen",
    "service.fund": "landmark",
    "service.contract": "file-text",
    "elder_care": "heart-handshake",
    "elder_care.emergency": "siren",
    "elder_care.visit": "stethoscope",
    "elder_care.meal": "utensils",
    "public_space": "bell",
    "public_space.charity": "recycle",
    "public_space.parcel": "package",
    "policy": "file-text",
    "policy.social_security": "coins",
    "policy.household": "id-card",
    "policy.housing": "house",
    "outside": "map-pin",
}
KIND_ICONS = {
    "repair": "wrench",
    "complaint": "megaphone",
    "help": "heart-handshake",
}


def category_icon(category, kind="repair"):
    """Name of the drawing for a category record, or for a kind without one."""
    code = category.code if category else ""
    return (
        CATEGORY_ICONS.get(code)
        or CATEGORY_ICONS.get(code.split(".")[0])
        or KIND_ICONS.get(kind, "message-circle")
    )


class Words:
    """Times and durations in the reader's language and the estate's time zone."""

    def __init__(self, env, estate=None):
        self.env = env
        self.now = fields.Datetime.now()
        self.tz = pytz.timezone(estate.tz if estate and estate.tz else DEFAULT_TZ)

    def local(self, moment):
        return pytz.utc.localize(moment).astimezone(self.tz)

    def when(self, moment):
        """Say a moment: today 14:29, yesterday 09:05, Nov 4, 14:29."""
        if not moment:
            return ""
        local = self.local(moment)
        days = (local.date() - self.local(self.now).date()).days
        time = local.strftime("%H:%M")
        if days == 0:
            return self.env._("today %(time)s", time=time)
        if days == -1:
            return self.env._("yesterday %(time)s", time=time)
        if days == 1:
            return self.env._("tomorrow %(time)s", time=time)
        return f"{self.day(moment)} {time}"

    def day(self, moment):
        local = self.local(moment)
        same_year = local.year == self.local(self.now).year
        return babel.dates.format_skeleton(
            "MMMd" if same_year else "yMMMd",
            local.date(),
            locale=babel_locale_parse(self.env.lang or "en_US"),
        )

    def date(self, date):
        """Say a calendar date in full."""
        if not date:
            return ""
        return babel.dates.format_date(
            date, "long", locale=babel_locale_parse(self.env.lang or "en_US")
        )

    def span(self, seconds):
        """Say a duration in seconds, as coarse as people do."""
        minutes = int(abs(seconds) // 60)
        hours, minutes_left = divmod(minutes, 60)
        if not minutes:
            return self.env._("less than a minute")
        if not hours:
            return self.env._("%(n)s min", n=minutes)
        if hours < 48:
            return self.env._("%(h)s h %(m)s min", h=hours, m=minutes_left)
        return self.env._("%(d)s days %(h)s h", d=hours // 24, h=hours % 24)

    def for_scripts(self):
        """Sentences the scripts of the pages need, with {n} where a number goes."""
        return {
            "minute": self.env._("less than a minute"),
            "minutes": self.env._("%(n)s min", n="{m}"),
            "hours": self.env._("%(h)s h %(m)s min", h="{h}", m="{m}"),
            "days": self.env._("%(d)s days %(h)s h", d="{d}", h="{h}"),
            "left": self.env._("%(time)s left", time="{t}"),
            "late": self.env._("%(time)s late", time="{t}"),
        }


class TicketWords(Words):
    """One ticket (a super-user record) as ``role`` may read it.

    :param str role: ``own`` for who reported it or for whom it is, ``joined`` for
        people who said “me too”, ``neighbour`` for the people of the estate.  Only
        the first reads names, telephones, homes and the conversation.
    """

    def __init__(self, env, ticket, role=OWN):
        super().__init__(env, ticket.estate_id)
        self.ticket = ticket
        self.role = role
        self.own = role == OWN

    # --- in short ------------------------------------------------------------

    def summary(self):
        """The ticket as a card of a list."""
        ticket = self.ticket
        status, tone = self.status()
        return {
            "id": ticket.id,
            "url": self.url(),
            "number": ticket.name,
            "title": self.title(),
            "icon": category_icon(ticket.category_id, ticket.kind),
            "text": self.clean(ticket.description),
            "place": self.place(),
            "status": status,
            "tone": tone,
            "is_open": ticket.is_open,
            "hold": ticket.hold_reason or "",
            "strip": self.strip(),
            "reported": self.when(ticket.reported_at),
            "me_too": ticket.me_too_count,
            "joined": self.role == JOINED,
            "deadline": self.next_clock(),
            "stars": ticket.rating_value if self.own else 0,
            "ask_rating": self.own
            and ticket.state in ("done", "closed")
            and not ticket.rated_at,
            "ask_answer": self.own and ticket.state == "returned",
            "ask_quote": self.own and self.ticket.quotation_state == "sent",
        }

    def url(self):
        base = "/my/neighbours" if self.role == NEIGHBOUR else "/my/tickets"
        return f"{base}/{self.ticket.id}"

    def title(self):
        ticket = self.ticket
        return ticket.category_id.name or ticket._label("kind")

    def place(self):
        ticket = self.ticket
        if self.own:
            return ticket.place or ticket.estate_id.name
        # A neighbour is told the public place alone, never a home.
        if ticket.unit_id:
            return ticket.building_id.label or ticket.estate_id.name
        where = ticket.spot_id.display_name or ticket.building_id.label
        return " ".join(filter(None, (where, self.clean(ticket.place_text)))) or (
            ticket.estate_id.name
        )

    def clean(self, text):
        """Words as this reader may see them."""
        if self.own or not text:
            return text or ""
        ticket = self.ticket
        people = ticket.reporter_id | ticket.on_behalf_id | ticket.participant_ids
        homes = people.shequ_residency_ids.unit_id | ticket.unit_id
        return privacy.mask(
            text,
            *people.mapped("name"),
            *people.mapped("phone"),
            *homes.mapped("short_address"),
            ticket.contact_phone,
            ticket.worker_id.name,
            ticket.worker_id.phone,
        )

    def status(self):
        """One word or two on where the ticket is, and the colour for it."""
        ticket = self.ticket
        if ticket.is_open and ticket.hold_reason:
            return self.env._("On hold"), "gold"
        if ticket.state == "done" and not self.own:
            return self.env._("Done"), "brand"
        if ticket.state in FINISHED_STATES and ticket.close_reason not in (
            False,
            "solved",
        ):
            return ticket._label("close_reason"), "gold"
        tones = {
            "new": "warm",
            "done": "brand",
            "rated": "brand",
            "closed": "brand",
            "returned": "gold",
            "cancelled": "",
        }
        words = {
            "new": self.env._("Waiting"),
            "accepted": self.env._("Received"),
            "assigned": self.env._("Worker sent"),
            "in_progress": self.env._("Being worked on"),
            "done": self.env._("Done"),
            "rated": self.env._("Done"),
            "closed": self.env._("Closed"),
            "returned": self.env._("Your answer is needed"),
            "cancelled": self.env._("Cancelled"),
        }
        return words[ticket.state], tones.get(ticket.state, "blue")

    def strip(self):
        """The progress strip: waiting, in progress, done, each with its time."""
        ticket = self.ticket
        began = ticket.accepted_at or ticket.assigned_at or ticket.arrived_at
        steps = [
            {"label": self.env._("Waiting"), "at": self.when(ticket.reported_at)},
            {"label": self.env._("In progress"), "at": self.when(began)},
            {"label": self.env._("Done"), "at": self.when(ticket.done_at)},
        ]
        if ticket.state in FINISHED_STATES:
            current = 3
            if not ticket.done_at:
                steps[2] = {
                    "label": self.env._("Closed"),
                    "at": self.when(ticket.closed_at),
                }
        elif ticket.state == "cancelled":
            current = 3
            steps[2] = {
                "label": self.env._("Cancelled"),
                "at": self.when(ticket.closed_at),
            }
        elif ticket.state == "returned":
            current = 0
            steps[0]["label"] = (
                self.env._("Sent back to you") if self.own else self.env._("Waiting")
            )
        else:
            current = 0 if ticket.state == "new" else 1
        if ticket.is_open and ticket.hold_reason:
            steps[current]["label"] = self.env._("On hold")
        for index, step in enumerate(steps):
            step["state"] = (
                "done" if index < current else "now" if index == current else "next"
            )
            if step["state"] == "next":
                step["at"] = ""
            step["words"] = {
                "done": self.env._("finished"),
                "now": self.env._("now here"),
                "next": self.env._("still to come"),
            }[step["state"]]
        stopped = ticket.state == "returned" or (ticket.is_open and ticket.hold_reason)
        return {"steps": steps, "stopped": bool(stopped)}

    # --- deadlines -----------------------------------------------------------

    def target_words(self, target):
        return {
            "accept": self.env._("We take it up"),
            "dispatch": self.env._("A worker is chosen"),
            "on_site": self.env._("Somebody is on site"),
            "complete": self.env._("It is done"),
            "call_back": self.env._("We call you"),
        }.get(target, self.env._("We answer"))

    def clocks(self):
        """Every deadline of the present round, soonest first."""
        clocks = self.ticket.clock_ids.filtered(lambda c: c.state != "void")
        latest = max(clocks.mapped("round"), default=0)
        clocks = clocks.filtered(lambda c: c.round == latest)
        return [
            self.clock(clock)
            for clock in clocks.sorted(lambda c: (c.deadline or self.now, c.id))
        ]

    def clock(self, clock):
        left = (clock.deadline - self.now).total_seconds() if clock.deadline else 0
        values = {
            "label": self.target_words(clock.target),
            "by": self.env._("by %(time)s", time=self.when(clock.deadline)),
            "until": 0,
            "note": clock.extension_reason or "" if self.own else "",
        }
        stopped = clock.stopped_at and self.when(clock.stopped_at)
        if clock.state == "met":
            values.update(
                tone="brand", badge=self.env._("Kept"), icon="check", by=stopped
            )
        elif clock.state == "late" and clock.stopped_at:
            values.update(
                tone="gold", badge=self.env._("Late"), icon="clock", by=stopped
            )
        elif clock.state == "paused":
            values.update(
                tone="gold", badge=self.env._("Clock stands still"), icon="pause"
            )
            values["by"] = self.env._("The time goes on when the wait is over")
        elif left < 0:
            values.update(
                tone="red",
                badge=self.env._("%(time)s late", time=self.span(left)),
                icon="circle-alert",
                until=self.epoch(clock.deadline),
            )
        else:
            values.update(
                tone="warm" if left < 1800 else "blue",
                badge=self.env._("%(time)s left", time=self.span(left)),
                icon="hourglass",
                until=self.epoch(clock.deadline),
            )
        return values

    def epoch(self, moment):
        return int(pytz.utc.localize(moment).timestamp())

    def next_clock(self):
        """The deadline that comes next, for a card; None when none runs."""
        ticket = self.ticket
        if not ticket.is_open or ticket.hold_reason or not ticket.next_deadline:
            return None
        left = (ticket.next_deadline - self.now).total_seconds()
        label = self.target_words(ticket.next_target)
        return {
            "label": self.env._(
                "%(what)s by %(time)s", what=label, time=self.when(ticket.next_deadline)
            ),
            "badge": self.env._("%(time)s left", time=self.span(left))
            if left >= 0
            else self.env._("%(time)s late", time=self.span(left)),
            "tone": "red" if left < 0 else "warm" if left < 1800 else "blue",
            "until": self.epoch(ticket.next_deadline),
        }

    def hold(self):
        """Why the ticket waits and what that does to the deadline, or None."""
        ticket = self.ticket
        if not ticket.is_open or not ticket.hold_reason:
            return None
        reasons = {
            "parts": self.env._("We are waiting for parts."),
            "owners_consent": self.env._("The owners concerned have to agree first."),
            "fund": self.env._(
                "It has to be paid from the maintenance fund, which takes an approval."
            ),
            "resident": self.env._("We are waiting for you."),
        }
        return {
            "why": reasons.get(ticket.hold_reason, ticket._label("hold_reason")),
            "note": self.clean(ticket.hold_note),
            "since": self.when(ticket.hold_since),
            "effect": self.env._(
                "Until then the clock stands still; afterwards it goes on "
                "with the time that was left."
            ),
        }

    # --- in full ---------------------------------------------------------------

    def detail(self):
        """The ticket as its own page."""
        ticket = self.ticket
        detail = self.summary()
        detail.update(
            kind=ticket.kind,
            urgency=ticket.urgency,
            urgency_label=ticket._label("urgency"),
            hold_box=self.hold(),
            clocks=self.clocks(),
            media=self.media("report"),
            evidence=self.media("evidence"),
            resolution=self.clean(ticket.resolution)
            if ticket.state in FINISHED_STATES
            else "",
            closed_well=ticket.close_reason in (False, "solved"),
            shared=ticket.visibility == "shared",
            trace=[],
            own=self.own,
        )
        if self.own:
            detail.update(self.private_detail())
        return detail

    def private_detail(self):
        ticket = self.ticket
        return {
            "worker": self.worker(),
            "visit": self.visit(),
            "preferred_time": ticket.preferred_time or "",
            "behalf": ticket.on_behalf_id.name or "",
            "reporter": ticket.reporter_id.name or "",
            "contact_phone": ticket.contact_phone or "",
            "talk": self.talk(),
            "trace": self.trace(),
            "quotation": self.quotation(),
            "return_reason": ticket.return_reason or "",
            "cancel_reason": ticket.cancel_reason or "",
            "duplicate_of": self.duplicate_of(),
            "rating": self.rating(),
            "supervision": self.supervision(),
            "reopen_until": self.when(ticket.reopen_until)
            if self.may("reopen")
            else "",
            "may": {
                step: self.may(step)
                for step in (
                    "cancel",
                    "reopen",
                    "rate",
                    "resubmit",
                    "talk",
                    "quote",
                    "consent",
                    "withdraw",
                )
            },
        }

    def may(self, step):
        """Whether the page offers a step; the step itself checks again."""
        ticket = self.ticket
        if step == "cancel":
            return ticket.state in (*OPEN_STATES, "returned")
        if step == "reopen":
            return bool(
                ticket.state in FINISHED_STATES
                and ticket.reopen_until
                and ticket.reopen_until > self.now
                and ticket.close_reason != "duplicate"
            )
        if step == "rate":
            return ticket.state in ("done", "closed") and bool(
                ticket.done_at and not ticket.rated_at
            )
        if step == "resubmit":
            return ticket.state == "returned"
        if step == "talk":
            return ticket.is_open or ticket.state in ("returned", "done")
        if step == "quote":
            return self.ticket.quotation_state == "sent"
        if step == "consent":
            return ticket.model_case_consent == "asked"
        return False

    def worker(self):
        """Who comes: name, face, and the telephone while the work lasts."""
        ticket = self.ticket
        worker = ticket.worker_id
        if not worker:
            return None
        has_face = bool(worker.image_128 or worker.partner_id.image_128)
        return {
            "name": worker.name,
            "initial": (worker.name or "?")[:1],
            "face": f"/my/tickets/{ticket.id}/face" if has_face else "",
            "phone": worker.phone or "" if ticket.is_open else "",
            "team": ticket.team_id.name or "",
            "rating": round(worker.rating_avg, 1) if worker.rating_avg else 0,
            "done": worker.done_count,
            "arrived": self.when(ticket.arrived_at),
        }

    def visit(self):
        """When somebody comes, and what can be agreed on."""
        return VisitWords(self).detail()

    def media(self, phase):
        return [
            self.media_item(item)
            for item in self.ticket.media_ids
            if item.phase == phase and (self.own or item.type == "photo")
        ]

    def media_item(self, item):
        return {
            "id": item.id,
            "type": item.type,
            "name": item.name if self.own else "",
            "url": f"{self.url()}/media/{item.id}",
        }

    def talk(self):
        """The conversation, oldest first, without internal notes."""
        ticket = self.ticket
        internal = self.env.ref("mail.mt_note").id
        by_attachment = {m.attachment_id.id: m for m in ticket.media_ids}
        me = self.env.user.partner_id
        lines = []
        for message in ticket.message_ids.sorted("id"):
            if (
                message.message_type not in ("comment", "email", "notification")
                or message.is_internal
                or not message.subtype_id
                or message.subtype_id.id == internal
                or message.subtype_id.internal
            ):
                continue
            media = [
                self.media_item(by_attachment[attachment.id])
                for attachment in message.attachment_ids
                if attachment.id in by_attachment
            ]
            body = self.plain(message.body)
            if not body and not media:
                continue
            lines.append(
                {
                    "me": message.author_id == me,
                    "who": self.speaker(message.author_id),
                    "at": self.when(message.date),
                    "body": body,
                    "media": media,
                }
            )
        return lines

    def plain(self, body):
        return html2plaintext(body or "", include_references=False).strip()

    def speaker(self, author):
        """Name in the conversation: people of the ticket, else the company."""
        ticket = self.ticket
        known = ticket.reporter_id | ticket.on_behalf_id | ticket.worker_id.partner_id
        if author in known or author == self.env.user.partner_id:
            return author.name
        return self.env._("Property service")

    def trace(self):
        events = self.ticket.event_ids
        labels = dict(events._fields["code"]._description_selection(self.env))
        return [
            {
                "what": labels.get(event.code, ""),
                "note": event.note or "",
                "at": self.when(event.at),
            }
            for event in events.sorted(lambda e: (e.at, e.id))
            if event.public
        ]

    def quotation(self):
        """What the resident would pay, or None."""
        ticket = self.ticket
        if ticket.quotation_state in (False, "none"):
            return None
        currency = ticket.currency_id
        return {
            "state": ticket.quotation_state,
            "lines": [
                {
                    "name": line.name,
                    "quantity": f"{line.quantity:g}",
                    "amount": currency.format(line.subtotal),
                }
                for line in ticket.cost_line_ids
                if line.payer == "resident"
            ],
            "total": currency.format(ticket.amount_resident),
            "refuse_reason": ticket.quotation_refuse_reason or "",
        }

    def duplicate_of(self):
        master = self.ticket.duplicate_of_id
        if not master or self.env.user.partner_id not in master.participant_ids:
            return None
        return {"number": master.name, "url": f"/my/tickets/{master.id}"}

    def rating(self):
        ticket = self.ticket
        if not ticket.rated_at:
            return None
        return {
            "stars": ticket.rating_value,
            "tags": ticket.rating_tag_ids.mapped("name"),
            "comment": ticket.rating_comment or "",
            "at": self.when(ticket.rated_at),
        }

    # --- the supervision post --------------------------------------------------

    def supervision(self):
        """What was said at the supervision post, and whether one can turn to it."""
        ticket = self.ticket
        may = ticket._may_supervise()
        post = self.env["shequ.supervision.post"]
        return {
            "cases": [
                self.supervision_case(case)
                for case in ticket.supervision_ids.sorted("id", reverse=True)
            ],
            "may": may,
            "post": post._of_estate(ticket.estate_id).name if may else "",
        }

    def supervision_case(self, case):
        status, tone = {
            "new": (self.env._("The post looks at it"), "warm"),
            "demanded": (self.env._("The company has to answer"), "blue"),
            "answered": (self.env._("Answered"), "brand"),
            "closed": (self.env._("Closed"), ""),
        }[case.state]
        until = ""
        if case.state == "demanded" and case.due_at:
            until = self.env._(
                "The answer has to come by %(time)s.", time=self.when(case.due_at)
            )
        return {
            "status": status,
            "tone": tone,
            "until": until,
            "open": case.is_open,
            "post": case.post_id.name,
            "phone": case.post_id.phone or "",
            "lines": [
                self.supervision_line(line)
                for line in case.line_ids.sorted(lambda line: (line.at, line.id))
                # What the post notes for itself and the company is theirs.
                if line.code != "noted"
            ],
        }

    def supervision_line(self, line):
        """One line; the people behind post and company stay unnamed."""
        who = {
            "resident": self.env._("You"),
            "company": self.env._("Property company"),
            "post": self.env._("Supervision post"),
        }[line.side]
        return {
            "me": line.side == "resident",
            "who": who,
            "at": self.when(line.at),
            "words": line.words or "",
        }
