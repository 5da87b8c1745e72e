import { _t } from "@web/core/l10n/translation";
import { formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

const ICONS = {
    reported: "fa-comment",
    accepted: "fa-check",
    assigned: "fa-user",
    unassigned: "fa-undo",
    arrived: "fa-map-marker",
    held: "fa-pause",
    resumed: "fa-play",
    evidence: "fa-camera",
    finished: "fa-flag-checkered",
    returned: "fa-reply",
    resubmitted: "fa-share",
    cancelled: "fa-times",
    reopened: "fa-refresh",
    rated: "fa-star",
    closed: "fa-lock",
    joined: "fa-users",
    left: "fa-user-times",
    merged: "fa-compress",
    called: "fa-phone",
    extended: "fa-hourglass-half",
    deadline: "fa-calendar",
    late: "fa-exclamation-triangle",
    quotation: "fa-money",
    offered: "fa-bullhorn",
    ringing: "fa-bell",
    refused: "fa-hand-paper-o",
    handed_over: "fa-exchange",
    helper: "fa-user-plus",
    running_late: "fa-hourglass-half",
    no_one_home: "fa-home",
    visit: "fa-calendar-check-o",
