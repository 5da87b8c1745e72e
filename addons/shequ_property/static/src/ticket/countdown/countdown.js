import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { onWillUnmount, useState } from "@odoo/owl";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Amber when a fifth of the time or ten minutes are left, whichever comes first.
const AMBER_SHARE = 0.2;
const AMBER_LEFT = 10 * MINUTE;

/**
 * Say how long something takes in at most two units: 12:05, 3 h 20 min, 2 d 4 h.
 *
 * @param {number} ms milliseconds, positive
 */
export function formatLeft(ms) {
    if (ms < HOUR) {
        const minutes = Math.floor(ms / MINUTE);
        const seconds = Math.floor((ms % MINUTE) / SECOND);
        return `${minutes}:${String(seconds).padStart(2, "0")}`;
    }
    return formatRough(ms);
}

function formatRough(ms) {
    const days = Math.floor(ms / DAY);
    const hours = Math.floor((ms % DAY) / HOUR);
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    if (days) {
        return hours ? _t("%(days)s d %(hours)s h", { days, hours }) : _t("%s d", days);
    }
    if (hours) {
        return minutes
            ? _t("%(hours)s h %(minutes)s min", { hours, minutes })
            : _t("%s h", hours);
    }
    return _t("%s min", Math.max(1, minutes));
}

/**
 * What a clock shows now.
 *
 * @param {Object} clock
 * @param {luxon.DateTime|false} clock.deadline
 * @param {luxon.DateTime|false} [clock.start] when the time began to run
 * @param {string|false} [clock.hold] reason why the clocks stand still
 * @param {number} [now] milliseconds
 * @returns {{text: string, tone: "none"|"ok"|"soon"|"late"|"hold"}}
 */
export function readClock({ deadline, start, hold }, now = Date.now()) {
    if (hold) {
        return { text: hold, tone: "hold" };
    }
    if (!deadline) {
        return { text: "", tone: "none" };
    }
    const left = deadline.toMillis() - now;
    if (left <= 0) {
        return { text: _t("late %s", formatRough(-left)), tone: "late" };
    }
    const total = start ? deadline.toMillis() - start.toMillis() : 0;
    const soon = left <= AMBER_LEFT || (total > 0 && left < total * AMBER_SHARE);
    return { text: formatLeft(left), tone: soon ? "soon" : "ok" };
}

// One timer for all clocks on the screen.
const listeners = new Set();
let timer = null;

function tick() {
    for (const listener of [...listeners]) {
        listener();
    }
}

/**
 * Keep a clock up to date each second; the component renders when the words change.
 *
 * @param {() => Object} getClock see {@link readClock}
 */
export function useCountdown(getClock) {
    const state = useState(readClock(getClock()));
    const update = () => {
        const { text, tone } = readClock(getClock());
        if (text !== state.text || tone !== state.tone) {
            Object.assign(state, { text, tone });
        }
    };
    listeners.add(update);
    timer = timer || browser.setInterval(tick, SECOND);
    onWillUnmount(() => {
        listeners.delete(update);
        if (!listeners.size) {
            browser.clearInterval(timer);
            timer = null;
        }
    });
    return { state, update };
}
