import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { MediaFile } from "../gallery/gallery_field";
import { alarm } from "./alarm";
import { JobCard } from "./job_card";
import { OfferCard } from "./offer_card";
import { readPhoto } from "./photo";

const REFRESH = 60000;
const GATHER = 500;
const GEOLOCATION_TIMEOUT = 4000;
const SHEET_KEY = "shequ_my_jobs_words";
export const MAX_PHOTOS = 9;
const MAX_TIMES = 3;
const LATE = [10, 20, 30, 60, 120];
// Steps whose sheet wants nothing but a choice.
const WORDLESS = ["visit", "helper"];

/**
 * The worker's phone: the jobs of today, one next step each.
 *
 * Words and photos stay in the sheet until the server has them: a lift without network
 * loses nothing.
 */
export class MyJobs extends Component {
    static template = "shequ_property.MyJobs";
    static components = { JobCard, OfferCard };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.notification = useService("notification");
        this.fileViewer = useFileViewer();
        this.state = useState({
            worker: true,
            mine: [],
            team: [],
            cases: [],
            offers: [],
            duty: "on",
            load: [0, 0],
            doneToday: 0,
            tab: "mine",
            offline: !browser.navigator.onLine,
            loaded: false,
            busy: false,
            sheet: null,
        });
        this.holdReasons = [
            ["parts", _t("Waiting for parts")],
            ["owners_consent", _t("Waiting for the owners' consent")],
            ["fund", _t("Waiting for the maintenance fund")],
            ["resident", _t("Waiting for the resident")],
        ];
        this.closeReasons = [
            ["solved", _t("Solved")],
            ["not_solved", _t("Not solved")],
            ["not_ours", _t("Not our matter")],
        ];
        this.rings = {};
        onWillStart(() => this.load());
        this.onNews = () => {
            browser.clearTimeout(this.gatherTimer);
            this.gatherTimer = browser.setTimeout(() => this.load(), GATHER);
        };
        this.onOnline = () => this.load();
        this.onOffline = () => (this.state.offline = true);
        onMounted(() => {
            this.bus.subscribe("shequ.pool", this.onNews);
            this.bus.subscribe("shequ.offer", this.onNews);
            this.bus.start();
            browser.addEventListener("online", this.onOnline);
            browser.addEventListener("offline", this.onOffline);
            this.timer = browser.setInterval(() => document.hidden || this.load(), REFRESH);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("shequ.pool", this.onNews);
            this.bus.unsubscribe("shequ.offer", this.onNews);
            browser.removeEventListener("online", this.onOnline);
            browser.removeEventListener("offline", this.onOffline);
            browser.clearInterval(this.timer);
            browser.clearTimeout(this.gatherTimer);
        });
    }

    get jobs() {
        return this.state.tab === "mine" ? this.state.mine : this.state.team;
    }

    /** Read the jobs; without network the last list stays on the screen. */
    async load() {
        let jobs;
        try {
            jobs = await this.orm.silent.call("shequ.ticket", "worker_jobs", []);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.state.offline = true;
                return;
            }
            throw error;
        }
        Object.assign(this.state, {
            worker: jobs.worker,
            mine: jobs.mine,
            team: jobs.team,
            cases: jobs.cases || [],
            offers: jobs.offers || [],
            duty: jobs.duty,
            load: jobs.load || [0, 0],
            doneToday: jobs.done_today,
            offline: false,
            loaded: true,
        });
        this.ring();
    }

    /** Sound the alarm for each ring of an emergency, once. */
    ring() {
        const red = this.state.offers.filter((offer) => offer.red);
        if (red.some((offer) => this.rings[offer.offer_id] !== offer.rings)) {
            alarm();
        }
        this.rings = Object.fromEntries(red.map((offer) => [offer.offer_id, offer.rings]));
    }

    /**
     * Call a step on the server; say clearly when it did not arrive.
     *
     * @returns {Promise<boolean>} whether the server has done it
     */
    async call(job, method, args = [], kwargs = {}) {
        return this.callOn("shequ.ticket", job.id, method, args, kwargs);
    }

    async callOn(model, id, method, args = [], kwargs = {}) {
        if (this.state.busy) {
            return false;
        }
        this.state.busy = true;
        try {
            await this.orm.silent.call(model, method, [[id], ...args], kwargs);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this.state.offline = true;
                this.say(_t("No network: nothing was sent. It is kept here; please try again."));
            } else if (error instanceof RPCError) {
                this.say(error.data?.message || error.message);
                await this.load();
            } else {
                throw error;
            }
            return false;
        } finally {
            this.state.busy = false;
        }
        await this.load();
        return true;
    }

    /** Open a good example; it counts as read. */
    async openCase(found) {
        const action = await this.orm.call("shequ.model.case", "worker_read", [[found.id]]);
        await this.action.doAction(action);
    }

    say(message, type = "danger") {
        this.notification.add(message, { type });
    }

    // --- steps -------------------------------------------------------------------

    async onStep(job, step) {
        switch (step) {
            case "take":
                if (await this.call(job, "action_take")) {
                    this.state.tab = "mine";
                    this.say(_t("The job is yours."), "success");
                }
                break;
            case "arrive":
                await this.arrive(job);
                break;
            case "resume":
                await this.call(job, "action_resume");
                break;
            case "late":
                this.openSheet(job, step, {
                    options: LATE.map((n) => ({ value: n, label: _t("%s min", n) })),
                    picked: [20],
                });
                break;
            case "visit":
                await this.openChoices(job, step, "worker_slots", (slot) => ({
                    value: slot.start,
                    label: slot.label,
                }));
                break;
            case "helper":
            case "handover":
                await this.openChoices(job, step, "worker_colleagues", (one) => ({
                    value: one.id,
                    label: one.name,
                    more: [one.blocked, ...one.reasons].filter(Boolean).join(" · "),
                }));
                break;
            case "open":
                this.action.doAction({
                    type: "ir.actions.act_window",
                    res_model: "shequ.ticket",
                    res_id: job.id,
                    views: [[false, "form"]],
                });
                break;
            default:
                this.openSheet(job, step);
        }
    }

    async arrive(job) {
        const position = await this.position();
        const place = position
            ? { latitude: position.coords.latitude, longitude: position.coords.longitude }
            : {};
        if (await this.call(job, "action_start", [], place)) {
            this.say(_t("Your arrival is noted."), "success");
        }
    }

    /** Where the phone is, if its owner lets us know; never waits long for it. */
    position() {
        return new Promise((resolve) => {
            if (!browser.navigator.geolocation || !window.isSecureContext) {
                resolve(null);
                return;
            }
            const timer = browser.setTimeout(() => resolve(null), GEOLOCATION_TIMEOUT + 500);
            const done = (position) => {
                browser.clearTimeout(timer);
                resolve(position);
            };
            browser.navigator.geolocation.getCurrentPosition(done, () => done(null), {
                timeout: GEOLOCATION_TIMEOUT,
                maximumAge: 60000,
            });
        });
    }

    /** The number is handed out, and noted, with the tap. */
    async onCall(job) {
        const { phone } = await this.orm.call("shequ.ticket", "worker_call", [job.id]);
        browser.location.href = `tel:${phone.replace(/[^+\d]/g, "")}`;
    }

    async onPhotos(job, files) {
        const photos = [];
        for (const file of files.slice(0, MAX_PHOTOS)) {
            photos.push(await readPhoto(file));
        }
        if (!photos.length) {
            return;
        }
        const sent = photos.map(({ name, data }) => ({ name, data }));
        if (await this.call(job, "worker_photo", [sent])) {
            this.say(_t("The photo is on the ticket."), "success");
        } else if (this.state.offline) {
            // Keep what was taken: it goes along with the words at the end.
            this.openSheet(job, "finish", { photos });
            return;
        }
        photos.forEach((photo) => URL.revokeObjectURL(photo.url));
    }

    showPhoto(job, photo) {
        const files = job.photos.map(
            (item) => new MediaFile({ ...item, mimetype: "image/jpeg" })
        );
        this.fileViewer.open(files[job.photos.indexOf(photo)], files);
    }

    // --- offers ------------------------------------------------------------------

    async onTake(offer) {
        if (await this.callOn("shequ.dispatch.offer", offer.offer_id, "action_take")) {
            this.state.tab = "mine";
            this.say(_t("The job is yours."), "success");
        }
    }

    onRefuse(offer) {
        this.openSheet(offer, "refuse");
    }

    async onConfirmVisit(job, visit) {
        if (await this.call(job, "worker_confirm", [visit.id])) {
            this.say(_t("The appointment is agreed."), "success");
        }
    }

    // --- sheet -------------------------------------------------------------------

    openSheet(job, step, { photos = [], options = [], picked = [] } = {}) {
        this.state.sheet = {
            job,
            step,
            photos,
            options,
            picked,
            wantsWords: !WORDLESS.includes(step),
            words: this.savedWords(job, step),
            reason: step === "hold" ? "parts" : "solved",
        };
    }

    /** Open a sheet with what the server lets one choose from. */
    async openChoices(job, step, method, toOption) {
        let choices;
        try {
            choices = await this.orm.call("shequ.ticket", method, [job.id]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.offline = true;
            return;
        }
        this.openSheet(job, step, { options: choices.map(toOption) });
    }

    pick(option) {
        const { sheet } = this.state;
        if (sheet.step !== "visit") {
            sheet.picked = [option.value];
        } else if (sheet.picked.includes(option.value)) {
            sheet.picked = sheet.picked.filter((value) => value !== option.value);
        } else {
            sheet.picked = [...sheet.picked, option.value].slice(-MAX_TIMES);
        }
    }

    closeSheet() {
        this.state.sheet?.photos.forEach((photo) => URL.revokeObjectURL(photo.url));
        this.state.sheet = null;
    }

    get sheetTitle() {
        return {
            finish: _t("Finish"),
            hold: _t("Put on Hold"),
            back: _t("Hand Back"),
            refuse: _t("I Cannot Go"),
            late: _t("Running Late"),
            nohome: _t("Nobody at Home"),
            visit: _t("Propose Times"),
            handover: _t("Hand Over"),
            helper: _t("Second Worker"),
        }[this.state.sheet.step];
    }

    get sheetQuestion() {
        const { step, job } = this.state.sheet;
        if (step === "hold") {
            return _t("What the resident should know");
        }
        const question = {
            back: _t("Why do you hand it back?"),
            refuse: _t("Why can you not go?"),
            late: _t("Why, for the resident (if you like)"),
            nohome: _t("A word for the resident (if you like)"),
            handover: _t("Why do you hand it over?"),
        }[step];
        if (question) {
            return question;
        }
        return job.kind === "complaint"
            ? _t("Reply that the resident will read")
            : _t("What was done?");
    }

    async addPhotos(ev) {
        const { sheet } = this.state;
        const files = [...ev.target.files];
        ev.target.value = "";
        for (const file of files.slice(0, MAX_PHOTOS - sheet.photos.length)) {
            sheet.photos.push(await readPhoto(file));
        }
    }

    removePhoto(photo) {
        URL.revokeObjectURL(photo.url);
        const { sheet } = this.state;
        sheet.photos = sheet.photos.filter((item) => item.url !== photo.url);
    }

    onWords(ev) {
        const { sheet } = this.state;
        sheet.words = ev.target.value;
        browser.localStorage.setItem(this.wordsKey(sheet.job, sheet.step), sheet.words);
    }

    wordsKey(job, step) {
        return `${SHEET_KEY}:${job.id}:${step}`;
    }

    savedWords(job, step) {
        return browser.localStorage.getItem(this.wordsKey(job, step)) || "";
    }

    async confirmSheet() {
        const { job, step, words, reason, photos, picked, options } = this.state.sheet;
        if (options.length && !picked.length) {
            this.say(_t("Please choose first."));
            return;
        }
        if (step === "refuse") {
            if (await this.callOn("shequ.dispatch.offer", job.offer_id, "action_refuse", [words])) {
                browser.localStorage.removeItem(this.wordsKey(job, step));
                this.closeSheet();
            }
            return;
        }
        const sent = photos.map(({ name, data }) => ({ name, data }));
        const [method, args, done] = {
            finish: ["worker_finish", [words, sent, reason], _t("Finished. Well done!")],
            hold: ["worker_hold", [reason, words], _t("The job is on hold.")],
            back: ["worker_hand_back", [words], _t("The job is back in the pool.")],
            late: ["worker_late", [picked[0], words], _t("The resident knows.")],
            nohome: ["worker_no_one_home", [words], _t("The resident is asked for another time.")],
            visit: ["worker_propose", [picked], _t("The resident is asked which time is good.")],
            handover: ["worker_hand_over", [picked[0], words], _t("Your colleague has the job now.")],
            helper: ["worker_helper", [picked[0]], _t("Your colleague knows.")],
        }[step];
        if (await this.call(job, method, args)) {
            browser.localStorage.removeItem(this.wordsKey(job, step));
            this.closeSheet();
            this.say(done, "success");
        }
    }
}

registry.category("actions").add("shequ_property.my_jobs", MyJobs);
