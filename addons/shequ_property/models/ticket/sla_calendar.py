"""Calendars of Odoo whose changes move deadlines."""

from odoo import api, models


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        if {"tz", "attendance_ids", "two_weeks_calendar", "flexible_hours"} & set(vals):
            self.env["shequ.sla.clock"]._working_time_changed()
        return result


class ResourceCalendarAttendance(models.Model):
    _name = "resource.calendar.attendance"
    _inherit = ["resource.calendar.attendance", "shequ.cached.mixin"]

    def _forget_cached(self):
        self.env["shequ.sla.clock"]._working_time_changed()


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    # Only days off of everybody count; an employee's holiday moves no promise.

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        if any(not leave.resource_id for leave in leaves):
            self.env["shequ.sla.clock"]._working_time_changed()
        return leaves

    def write(self, vals):
        concerned = any(not leave.resource_id for leave in self)
        result = super().write(vals)
        if concerned or any(not leave.resource_id for leave in self):
            self.env["shequ.sla.clock"]._working_time_changed()
        return result

    def unlink(self):
        concerned = any(not leave.resource_id for leave in self)
        result = super().unlink()
        if concerned:
            self.env["shequ.sla.clock"]._working_time_changed()
        return result
