import { patch } from "@web/core/utils/patch";
import { PhoneField } from "@web/views/fields/phone/phone_field";

/** A masked number can be read but not called: no link to stars. */
patch(PhoneField.prototype, {
    get phoneHref() {
        const number = this.props.record.data[this.props.name] || "";
        return number.includes("**") ? undefined : super.phoneHref;
    },
});
