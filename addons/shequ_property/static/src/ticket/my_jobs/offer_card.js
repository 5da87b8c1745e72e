import { deserializeDateTime } from "@web/core/l10n/dates";
import { Component, onWillUpdateProps } from "@odoo/owl";
import { useCountdown } from "../countdown/countdown";

/** A job on offer: what, where, why me, and one large button. */
export class OfferCard extends Component {
    static template = "shequ_property.OfferCard";
    static props = {
        offer: Object,
        busy: Boolean,
        onTake: Function,
        onRefuse: Function,
    };

    setup() {
        const { state, update } = useCountdown(() => this.clock);
        this.clockState = state;
        onWillUpdateProps((nextProps) => {
            this.nextOffer = nextProps.offer;
            update();
        });
    }

    get clock() {
        const { expires, offered_at } = this.nextOffer || this.props.offer;
        return {
            deadline: expires && deserializeDateTime(expires),
            start: deserializeDateTime(offered_at),
            hold: "",
        };
    }
}
