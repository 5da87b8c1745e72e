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
    sorted: "fa-random",
    confirmed_red: "fa-bell",
    confirmed_calm: "fa-bell-slash-o",
    forwarded: "fa-share-square-o",
    offered: "fa-bullhorn",
    ringing: "fa-bell",
    refused: "fa-hand-paper-o",
    handed_over: "fa-exchange",
    helper: "fa-user-plus",
    running_late: "fa-hourglass-half",
    no_one_home: "fa-home",
    visit: "fa-calendar-check-o",
};

/** The trace of a ticket as a line of time: what, when, who, in whose words. */
export class TraceField extends Component {
    static template = "shequ_property.TraceField";
    static props = { ...standardFieldProps };

    get events() {
        const { records, fields } = this.props.record.data[this.props.name];
        const labels = Object.fromEntries(fields.code.selection);
        return records.map(({ resId, data }) => ({
            id: resId,
            at: data.at ? formatDateTime(data.at) : "",
            label: labels[data.code] || data.code,
            icon: ICONS[data.code] || "fa-circle-o",
            who: data.partner_id?.display_name || data.user_id?.display_name || "",
            note: data.note || "",
            inside: !data.public,
        }));
    }
}

export const traceField = {
    component: TraceField,
    displayName: _t("Trace"),
    supportedTypes: ["one2many"],
    useSubView: true,
};

registry.category("fields").add("shequ_trace", traceField);
