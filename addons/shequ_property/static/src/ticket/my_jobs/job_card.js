import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { isIOS } from "@web/core/browser/feature_detection";
import { Component, onWillUpdateProps } from "@odoo/owl";
import { useCountdown } from "../countdown/countdown";

/** One job on the worker's phone. */
export class JobCard extends Component {
    static template = "shequ_property.JobCard";
    static props = {
        job: Object,
        busy: Boolean,
        isFree: { type: Boolean, optional: true },
        onStep: Function,
        onCall: Function,
        onPhotos: Function,
        onShowPhoto: Function,
        onConfirmVisit: Function,
    };

    setup() {
        const { state, update } = useCountdown(() => this.clock);
        this.clockState = state;
        onWillUpdateProps((nextProps) => {
            this.nextJob = nextProps.job;
            update();
        });
    }

    get job() {
        return this.props.job;
    }

    get clock() {
        const job = this.nextJob || this.props.job;
        return {
            deadline: job.deadline && deserializeDateTime(job.deadline),
            start: job.reported_at && deserializeDateTime(job.reported_at),
            hold: job.hold,
        };
    }

    /** A link that opens the map the phone has. */
    get map() {
        const query = encodeURIComponent(this.job.address);
        return isIOS() ? `https://maps.apple.com/?q=${query}` : `geo:0,0?q=${query}`;
    }

    /** The one thing to do next, in words. */
    get next() {
        if (this.props.isFree) {
            return { step: "take", label: _t("Take This Job") };
        }
        if (this.job.hold) {
            return { step: "resume", label: _t("Go On") };
        }
        if (this.job.state === "in_progress") {
            return { step: "finish", label: _t("Finish") };
        }
        return { step: "arrive", label: _t("I Have Arrived") };
    }

    onPhotos(ev) {
        const files = [...ev.target.files];
        ev.target.value = "";
        this.props.onPhotos(this.job, files);
    }
}
