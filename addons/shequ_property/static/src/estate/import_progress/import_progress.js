import { ProgressBarField, progressBarField } from "@web/views/fields/progress_bar/progress_bar_field";
import { browser } from "@web/core/browser/browser";
import { onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";

const EVERY = 2000;
const RUNNING = ["checking", "applying", "undoing"];

/** A progress bar that looks for news while the server is at work. */
export class ImportProgressField extends ProgressBarField {
    setup() {
        super.setup();
        this.timer = browser.setInterval(() => this.refresh(), EVERY);
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    async refresh() {
        const record = this.props.record;
        const running = RUNNING.includes(record.data.state);
        if (this.loading || !running || (await record.isDirty())) {
            return;
        }
        this.loading = true;
        try {
            await record.load();
        } finally {
            this.loading = false;
        }
    }
}

export const importProgressField = {
    ...progressBarField,
    component: ImportProgressField,
};

registry.category("fields").add("shequ_import_progress", importProgressField);
