from markupsafe import Markup

from odoo import api, models

from .triage_word import FLAGS, SITUATIONS

# Longest list of words in one sentence.
MOST_WORDS = 5


class TriageReason(models.AbstractModel):
    """The sentences behind the codes of triage, in the language of whoever reads.

    Codes that are not known here (the rules grow) still give a readable sentence.
    """

    _name = "shequ.triage.reason"
    _description = "Sentences of Triage"

    # --- names --------------------------------------------------------------------

    @api.model
    def _category_name(self, code):
        Category = self.env["shequ.ticket.category"].sudo()
        return Category.browse(Category._id_by_code(code)).name or code

    @api.model
    def _choice(self, model, field, value):
        choices = self.env[model]._fields[field]._description_selection(self.env)
        return dict(choices).get(value, value)

    @api.model
    def _names_of(self, choices, model, field, values):
        """Translated names of codes that a selection of `model` knows."""
        known = dict(choices)
        return [self._choice(model, field, v) for v in values if v in known]

    @api.model
    def _flag_names(self, flags):
        return self._names_of(FLAGS, "shequ.triage.word", "flag", flags)

    @api.model
    def _situation_name(self, code):
        found = self._names_of(SITUATIONS, "shequ.triage.word", "situation", [code])
        return found[0] if found else code

    @api.model
    def _quoted(self, words):
        return self._listed(
            self.env._("“%(word)s”", word=word) for word in list(words)[:MOST_WORDS]
        )

    @api.model
    def _listed(self, names):
        """Join names as the language does: a, b or a、b."""
        listed = ""
        for name in names:
            listed = (
                self.env._("%(names)s, %(name)s", names=listed, name=name)
                if listed
                else name
            )
        return listed

    # --- reasons ------------------------------------------------------------------

    @api.model
    def _sentence(self, code, field, words, value):
        """Return one reason as a sentence, or "" for what nobody needs to read."""
        said = self._quoted(words)
        base = code.partition("_")[0]
        maker = getattr(self, f"_say_{code}", None) or getattr(
            self, f"_say_{base}", None
        )
        if maker:
            return maker(said, value)
        if not said:
            return ""
        return self.env._("%(words)s played a part.", words=said)

    def _say_words(self, said, value):
        # "words_of_distress" has a sentence of its own.
        return self.env._(
            "%(words)s: speaks for “%(category)s”",
            words=said,
            category=self._category_name(value),
        )

    def _say_together(self, said, value):
        return self.env._(
            "%(words)s, said in one breath: speaks for “%(category)s”",
            words=said,
            category=self._category_name(value),
        )

    def _say_learned(self, _said, value):
        return self.env._(
            "Earlier tickets of the company that sounded like this were “%(category)s”",
            category=self._category_name(value),
        )

    def _say_danger_decides(self, _said, value):
        return self.env._(
            "The danger decides the desk: “%(category)s”",
            category=self._category_name(value),
        )

    def _say_danger(self, said, value):
        return self.env._(
            "%(words)s: possible danger, so “%(urgency)s”",
            words=said,
            urgency=self._choice("shequ.ticket", "urgency", value),
        )

    def _say_not_now_negated(self, said, _value):
        return self.env._("%(words)s was denied, so no alarm", words=said)

    def _say_not_now_solved(self, said, _value):
        return self.env._("%(words)s is told as dealt with, so no alarm", words=said)

    def _say_not_now_past(self, said, _value):
        return self.env._("%(words)s lies in the past, so no alarm", words=said)

    def _say_not_now_imagined(self, said, _value):
        return self.env._(
            "%(words)s is asked about or imagined, so no alarm", words=said
        )

    def _say_not_now_shopping(self, said, _value):
        return self.env._("%(words)s: about buying something, no alarm", words=said)

    def _say_words_of_distress(self, said, value):
        return self.env._(
            "Words of distress together: %(words)s, so “%(urgency)s”",
            words=said,
            urgency=self._choice("shequ.ticket", "urgency", value),
        )

    def _say_sounds_urgent(self, said, value):
        if said:
            return self._say_danger(said, value)
        return self.env._(
            "It sounds like emergencies known before, so “%(urgency)s”; please look",
            urgency=self._choice("shequ.ticket", "urgency", value),
        )

    def _say_sounds_calm(self, _said, _value):
        return self.env._("The whole sentence sounds calm")

    def _say_sounds_less(self, _said, _value):
        return self.env._("The whole sentence sounds urgent, yet nobody has to run")

    def _say_fault_of_urgent_category(self, _said, value):
        return self.env._(
            "A fault of now in a category that is “%(urgency)s”",
            urgency=self._choice("shequ.ticket", "urgency", value),
        )

    def _say_no_danger_now(self, _said, _value):
        return self.env._(
            "The category is usually urgent, but nothing speaks of danger now"
        )

    def _say_usual(self, _said, value):
        return self.env._(
            "No word of danger: “%(urgency)s”, as usual for the category",
            urgency=self._choice("shequ.ticket", "urgency", value),
        )

    def _say_kind_words(self, said, value):
        return self.env._(
            "%(words)s: “%(kind)s”",
            words=said,
            kind=self._choice("shequ.ticket", "kind", value),
        )

    def _say_kind_of_category(self, _said, value):
        return self.env._(
            "“%(kind)s”, as usual for the category",
            kind=self._choice("shequ.ticket", "kind", value),
        )

    def _say_department_words(self, said, value):
        Department = self.env["shequ.department"].sudo()
        name = Department.browse(Department._id_by_code(value)).name or value
        if not said:
            return self.env._("Belongs to: %(department)s", department=name)
        return self.env._(
            "%(words)s: belongs to %(department)s", words=said, department=name
        )

    def _say_elder_by_age(self, _said, _value):
        return self.env._("The person is known to be an elder")

    def _say_situation_words(self, said, value):
        return self.env._(
            "%(words)s: %(situation)s",
            words=said,
            situation=self._situation_name(value),
        )

    def _say_flag_words(self, said, value):
        return self.env._(
            "%(words)s: mind “%(flag)s” on the visit",
            words=said,
            flag=self._listed(self._flag_names([value])) or value,
        )

    def _say_time_wished(self, said, _value):
        return self.env._("Wished time: %(words)s", words=said)

    def _say_place(self, _said, value):
        if value == "home":
            return self.env._("It is in somebody's home")
        return self.env._("It is in a public place")

    # --- hints for the visit ------------------------------------------------------

    @api.model
    def _hint(self, code):
        """Return what the worker should know, or "" for a code without a sentence."""
        maker = getattr(self, f"_hint_{code}", None)
        return maker() if maker else ""

    def _hint_elder_morning(self):
        age = int(self.env["shequ.ticket"]._triage_settings()["elder_age"])
        return self.env._(
            "The resident is %(age)s or older: come in the morning if you can", age=age
        )

    def _hint_elder_alone(self):
        return self.env._("An elder alone at home: say who you are, take your time")

    def _hint_elder_needs_help_online(self):
        return self.env._("An elder: may need help with the phone, offer to show it")

    def _hint_mobility(self):
        return self.env._("Walks badly: wait at the door, it takes a while")

    def _hint_child(self):
        return self.env._("A child at home: keep tools out of reach")

    def _hint_pregnant(self):
        return self.env._("Somebody pregnant at home: no dust, no fumes")

    def _hint_sick(self):
        return self.env._("Somebody ill at home: keep quiet, wear a mask")

    def _hint_reserve_place(self):
        return self.env._("Property: keep a place free for it")

    def _hint_hidden_pipe(self):
        return self.env._(
            "The pipe is hidden: bring the leak detector, the ceiling may have to open"
        )

    def _hint_check_socket(self):
        return self.env._(
            "Several appliances failed at once: check socket and circuit first"
        )

    def _hint_owners_consent(self):
        return self.env._(
            "Shared parts of the building: the owners may have to agree first"
        )

    def _hint_warning_sign(self):
        return self.env._("Put up a warning sign first, somebody may trip")

    def _hint_mind_fall(self):
        return self.env._("Danger of falling: make it safe first")

    def _hint_no_switches_open_windows(self):
        return self.env._(
            "Gas: touch no switch, no flame, open the windows, close the valve"
        )

    def _hint_keep_away_cut_power(self):
        return self.env._("Live wire: keep people away, cut the power first")

    def _hint_keep_talking(self):
        return self.env._("Somebody is trapped: keep talking until help is there")

    def _hint_reported_before(self):
        return self.env._("Reported before: look at what was done last time")

    def _hint_ask_photo(self):
        return self.env._("No photo: ask for one, it saves a second trip")

    # --- the panel ----------------------------------------------------------------

    @api.model
    def _percent(self, share):
        return f"{round(100 * share)}%" if share is not None else ""

    @api.model
    def _panel(self, result, hints=(), similar=(), copies=()):
        """Return the reasons as HTML, grouped by what they speak for.

        :param dict result: a `triage_result`
        :param hints: sentences for the visit
        :param similar: sentences about similar tickets
        :param copies: sentences about what may be the same matter
        """
        result = result or {}
        rows = []
        for field, title in self._titles():
            sentences = []
            for code, of, words, value in result.get("r", ()):
                if of == field:
                    sentence = self._sentence(code, field, words, value)
                    sentences += [sentence] * bool(sentence)
            sentences = list(dict.fromkeys(sentences))
            if field == "category":
                sentences += list(similar)
            answer = self._answer(field, result)
            if answer or sentences:
                rows.append(self._row(title, answer, sentences))
        if copies:
            rows.append(self._row(self.env._("Perhaps the Same Matter"), "", copies))
        if hints:
            rows.append(self._row(self.env._("For the visit"), "", hints))
        return Markup("").join(rows)

    def _titles(self):
        titles = {}
        titles["category"] = self.env._("Category")
        titles["urgency"] = self.env._("Urgency")
        titles["kind"] = self.env._("Kind")
        titles["department"] = self.env._("Department")
        titles["preferred"] = self.env._("Preferred Time")
        titles["hints"] = self.env._("Who is at home")
        titles["flags"] = self.env._("Safety")
        return titles.items()

    def _answer(self, field, result):
        """What was proposed for a field and how sure it is."""
        shares = result.get("s", {})
        if field == "flags":
            return self._listed(self._flag_names(result.get("f", ())))
        if field == "category" and result.get("c"):
            return " · ".join(
                f"{self._category_name(code)} {self._percent(share)}"
                for code, share in result["c"]
            )
        key = {"urgency": "u", "kind": "k", "department": "d"}.get(field)
        value = result.get(key) if key else None
        if not value:
            return ""
        if field == "department":
            Department = self.env["shequ.department"].sudo()
            name = Department.browse(Department._id_by_code(value)).name or value
        else:
            name = self._choice("shequ.ticket", field, value)
        return f"{name} {self._percent(shares.get(field))}".strip()

    def _row(self, title, answer, sentences):
        return Markup(
            '<div class="o_shequ_why_row"><div class="o_shequ_why_title">%s</div>'
            '<div class="o_shequ_why_text">%s%s</div></div>'
        ) % (
            title,
            Markup('<div class="fw-medium">%s</div>') % answer if answer else "",
            Markup("").join(
                Markup('<div class="text-muted small">%s</div>') % one
                for one in sentences
            ),
        )
