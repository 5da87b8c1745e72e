import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatDateTime } from "@web/core/l10n/dates";
import { Component } from "@odoo/owl";
import { useCountdown } from "./countdown";

/** Time left to the nearest deadline of a ticket, counting live. */
export class CountdownField extends Component {
    static template = "shequ_property.CountdownField";
    static props = { ...standardFieldProps };

    setup() {
        const { state, update } = useCountdown(() => this.clock);
        this.state = state;
        useRecordObserver(() => update());
    }

    get data() {
        return this.props.record.data;
    }

    get clock() {
        return {
            deadline: this.data.is_open && this.data[this.props.name],
            start: this.data.reported_at,
            hold: this.data.is_open && this.label("hold_reason"),
        };
    }

    label(name) {
        const value = this.data[name];
        const { selection = [] } = this.props.record.fields[name];
        const option = selection.find(([key]) => key === value);
        return option ? option[1] : "";
    }

    get target() {
        return ["none", "hold"].includes(this.state.tone) ? "" : this.label("next_target");
    }

    get title() {
        const deadline = this.data[this.props.name];
        if (this.state.tone === "hold") {
            return _t("On hold: %s", this.state.text);
        }
        return deadline ? `${this.target} ${formatDateTime(deadline)}` : "";
    }
}

export const countdownField = {
    component: CountdownField,
    displayName: _t("Countdown"),
    supportedTypes: ["datetime"],
    isEmpty: () => false,
    fieldDependencies: [
        { name: "hold_reason", type: "selection", readonly: true },
        { name: "is_open", type: "boolean", readonly: true },
        { name: "next_target", type: "selection", readonly: true },
        { name: "reported_at", type: "datetime", readonly: true },
    ],
};

registry.category("fields").add("shequ_countdown", countdownField);
