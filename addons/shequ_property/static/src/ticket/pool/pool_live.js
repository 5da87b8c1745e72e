import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { onMounted, onWillUnmount, useState, useSubEnv } from "@odoo/owl";

// News of a moment are shown together.
const GATHER = 300;
// Deadlines pass without anybody doing anything, and a bus may be cut off.
const REFRESH = 60000;
const HIGHLIGHT = 15000;

/**
 * Keep a board of tickets live: reload on news from the server, point out what is new,
 * call out emergencies.
 *
 * @param {Object} controller a kanban or list controller
 */
export function usePoolLive(controller) {
    const bus = useService("bus_service");
    const notification = useService("notification");
    const sound = useService("mail.sound_effects");
    const pool = useState({ fresh: {} });
    useSubEnv({ shequPool: pool });
    let closeAlarm = () => {};
    let alarms = 0;
    let gatherTimer = null;
    let waiting = false;
    let alive = true;

    async function reload() {
        waiting = false;
        const { model } = controller;
        if (!alive || !model.isReady) {
            return;
        }
        if (model.root.selection?.length) {
            // Do not take away what somebody is just selecting.
            waiting = true;
            return;
        }
        const focused = focusedTicket(controller);
        await model.load();
        if (focused) {
            // Rendered in the next frame; the keyboard stays where it was.
            browser.setTimeout(() => alive && focusTicket(controller, focused));
        }
    }

    function gather() {
        browser.clearTimeout(gatherTimer);
        gatherTimer = browser.setTimeout(reload, GATHER);
    }

    function onNews({ ticket_ids: ids, new: isNew, red }) {
        if (isNew) {
            for (const id of ids) {
                pool.fresh[id] = true;
                browser.setTimeout(() => delete pool.fresh[id], HIGHLIGHT);
            }
            if (red) {
                callOut(red);
            }
        }
        gather();
    }

    /** One alarm on the screen, which counts up until somebody closes it. */
    function callOut(count) {
        sound.play("call-invitation", { volume: 0.6 });
        alarms += count;
        const seen = alarms;
        closeAlarm();
        alarms = seen;
        closeAlarm = notification.add(
            alarms > 1
                ? _t("%s emergencies have just come in.", alarms)
                : _t("An emergency has just come in."),
            {
                type: "danger",
                sticky: true,
                className: "o_shequ_alarm",
                onClose: () => (alarms = 0),
            }
        );
    }

    const refreshTimer = browser.setInterval(() => {
        if (!document.hidden) {
            reload();
        }
    }, REFRESH);
    const waitTimer = browser.setInterval(() => waiting && reload(), 1000);
    const onReconnect = () => gather();

    onMounted(() => {
        bus.subscribe("shequ.pool", onNews);
        bus.addEventListener("BUS:RECONNECT", onReconnect);
        bus.start();
    });
    onWillUnmount(() => {
        alive = false;
        closeAlarm();
        bus.unsubscribe("shequ.pool", onNews);
        bus.removeEventListener("BUS:RECONNECT", onReconnect);
        browser.clearTimeout(gatherTimer);
        browser.clearInterval(refreshTimer);
        browser.clearInterval(waitTimer);
    });
    return { pool, reload: gather };
}

function allRecords({ model }) {
    const { root } = model;
    return root.isGrouped ? root.groups.flatMap((group) => group.list.records || []) : root.records;
}

function focusedTicket(controller) {
    const id = document.activeElement?.closest("[data-id]")?.dataset.id;
    return id && allRecords(controller).find((record) => record.id === id)?.resId;
}

function focusTicket(controller, resId) {
    const record = allRecords(controller).find((r) => r.resId === resId);
    const root = controller.rootRef.el;
    if (record && root && document.activeElement === document.body) {
        root.querySelector(`[data-id="${record.id}"]`)?.focus();
    }
}
