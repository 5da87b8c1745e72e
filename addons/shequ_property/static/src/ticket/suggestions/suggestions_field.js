import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { Component } from "@odoo/owl";

/** Workers ranked for a job, with the reasons; a tap chooses one. */
export class SuggestionsField extends Component {
    static template = "shequ_property.SuggestionsField";
    static props = { ...standardFieldProps, workerField: { type: String } };

    get choices() {
        return this.props.record.data[this.props.name] || [];
    }

    get chosen() {
        return this.props.record.data[this.props.workerField]?.id;
    }

    choose(choice) {
        const { record, workerField } = this.props;
        const value =
            this.chosen === choice.id
                ? false
                : { id: choice.id, display_name: choice.name };
        record.update({ [workerField]: value });
    }
}

export const suggestionsField = {
    component: SuggestionsField,
    displayName: _t("Ranked Workers"),
    supportedTypes: ["json"],
    extractProps: ({ options }) => ({ workerField: options.worker }),
};

registry.category("fields").add("shequ_suggestions", suggestionsField);
