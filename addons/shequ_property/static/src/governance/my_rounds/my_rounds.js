import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { readPhoto } from "../../ticket/my_jobs/photo";

const REFRESH = 60000;
const MAX_PHOTOS = 3;

/**
 * The worker's phone: the rounds of today, point by point.
 *
 * A point is sent on its own, so a garage without network loses one point at most, and
 * its words and photos stay on the screen until the server has them.
 */
export class MyRounds extends Component {
    static template = "shequ_property.MyRounds";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({
            worker: true,
            rounds: [],
            loaded: false,
            offline: !browser.navigator.onLine,
            busy: false,
            round: null,
            point: null,
        });
        onWillStart(() => this.load());
        this.onOnline = () => this.load();
        this.onOffline = () => (this.state.offline = true);
        onMounted(() => {
            browser.addEventListener("online", this.onOnline);
            browser.addEventListener("offline", this.onOffline);
            this.timer = browser.setInterval(
                () => document.hidden || this.state.round || this.load(),
                REFRESH
            );
        });
        onWillUnmount(() => {
            browser.removeEventListener("online", this.onOnline);
            browser.removeEventListener("offline", this.onOffline);
            browser.clearInterval(this.timer);
        });
    }

    get missing() {
        const round = this.state.round;
        return round ? round.checks.filter((check) => !check.result).length : 0;
    }

    get pointsLeft() {
        return _t("%s points left", this.missing);
    }

    get isOpen() {
        return ["planned", "missed"].includes(this.state.round?.state);
    }

    /** Call the server; say clearly when it did not arrive. */
    async call(method, args = []) {
        if (this.state.busy) {
            return undefined;
        }
        this.state.busy = true;
        try {
            const answer = await this.orm.silent.call("shequ.round.task", method, args);
            this.state.offline = false;
            return answer;
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.state.offline = true;
                this.notification.add(_t("Not sent: no network. Try again in a moment."), {
                    type: "danger",
                });
                return undefined;
            }
            if (error instanceof RPCError) {
                this.notification.add(error.data?.message || error.message, { type: "warning" });
                return undefined;
            }
            throw error;
        } finally {
            this.state.busy = false;
        }
    }

    async load() {
        const answer = await this.call("worker_rounds");
        if (answer) {
            Object.assign(this.state, {
                worker: answer.worker,
                rounds: answer.rounds,
                loaded: true,
            });
        }
        this.state.loaded = true;
    }

    async open(round) {
        const answer = await this.call("worker_open", [[round.id]]);
        if (answer) {
            this.state.round = answer;
        }
    }

    async back() {
        this.state.round = null;
        this.state.point = null;
        await this.load();
    }

    /** In order, without a photo to take: one tap. Everything else opens the sheet. */
    async onOk(check) {
        if (check.photo_required && !check.photos) {
            this.openPoint(check, "ok");
            return;
        }
        await this.send(check, "ok", "", []);
    }

    openPoint(check, result) {
        this.state.point = { check, result, note: check.note || "", photos: [] };
    }

    closePoint() {
        this.state.point = null;
    }

    async onPhotos(event) {
        const point = this.state.point;
        for (const file of event.target.files) {
            if (point.photos.length + point.check.photos >= MAX_PHOTOS) {
                this.notification.add(_t("At most %s photos.", MAX_PHOTOS), { type: "warning" });
                break;
            }
            point.photos.push(await readPhoto(file));
        }
        event.target.value = "";
    }

    removePhoto(photo) {
        URL.revokeObjectURL(photo.url);
        this.state.point.photos = this.state.point.photos.filter((one) => one.url !== photo.url);
    }

    async onSave() {
        const { check, result, note, photos } = this.state.point;
        const sent = await this.send(
            check,
            result,
            note,
            photos.map(({ name, data }) => ({ name, data }))
        );
        if (sent) {
            photos.forEach((photo) => URL.revokeObjectURL(photo.url));
            this.closePoint();
        }
    }

    async send(check, result, note, photos) {
        const round = this.state.round;
        const card = await this.call("worker_check", [[round.id], check.id, result, note, photos]);
        if (!card) {
            return false;
        }
        Object.assign(check, card);
        if (result === "fault" && card.ticket) {
            this.notification.add(_t("Reported as ticket %s.", card.ticket), { type: "success" });
        }
        return true;
    }

    async onFinish() {
        const done = await this.call("worker_finish", [[this.state.round.id]]);
        if (done) {
            this.notification.add(_t("The round is done."), { type: "success" });
            await this.back();
        }
    }
}

registry.category("actions").add("shequ_property.my_rounds", MyRounds);
