/** @odoo-module ignore **/
/* Small comforts of the resident's pages. Everything works without them. */
(function () {
    "use strict";

    const shequ = (window.shequ = window.shequ || {});

    shequ.find = (selector, root) => (root || document).querySelector(selector);
    shequ.all = (selector, root) =>
        Array.from((root || document).querySelectorAll(selector));

    /** Put values into a sentence: fill("{n} min", {n: 5}). */
    shequ.fill = (text, values) =>
        text.replace(/\{(\w+)\}/g, (whole, key) =>
            key in values ? values[key] : whole
        );

    /** The hour as the telephone shows it. */
    shequ.clock = (milliseconds) => {
        const moment = new Date(milliseconds);
        const two = (number) => String(number).padStart(2, "0");
        return `${two(moment.getHours())}:${two(moment.getMinutes())}`;
    };

    function span(words, seconds) {
        const minutes = Math.floor(Math.abs(seconds) / 60);
        const h = Math.floor(minutes / 60);
        if (!minutes) {
            return words.minute;
        }
        if (!h) {
            return shequ.fill(words.minutes, {m: minutes});
        }
        if (h < 48) {
            return shequ.fill(words.hours, {h, m: minutes % 60});
        }
        return shequ.fill(words.days, {d: Math.floor(h / 24), h: h % 24});
    }

    /** What is left of each deadline, live. */
    function countDown() {
        const badges = shequ.all("[data-until]");
        if (!badges.length) {
            return;
        }
        const words = JSON.parse(document.body.dataset.words);
        // The telephone's clock may be wrong by hours: only the time that passes since
        // the page was made is taken from it.
        const skew = Date.now() / 1000 - Number(document.body.dataset.now);
        const update = () => {
            for (const badge of badges) {
                const left = Number(badge.dataset.until) + skew - Date.now() / 1000;
                badge.textContent = shequ.fill(left < 0 ? words.late : words.left, {
                    t: span(words, left),
                });
            }
        };
        setInterval(update, 20000);
    }

    /** Another code can be asked for after a while; the server knows as well. */
    function waitForCode() {
        for (const button of shequ.all("[data-wait]")) {
            const until = Date.now() + Number(button.dataset.wait) * 1000;
            const left = shequ.find("[data-wait-left]", button);
            const update = () => {
                const seconds = Math.ceil((until - Date.now()) / 1000);
                button.disabled = seconds > 0;
                left.textContent = seconds > 0 ? `(${seconds})` : "";
                if (seconds > 0) {
                    setTimeout(update, 1000);
                }
            };
            update();
        }
    }

    /** A second tap on a button must not send a form twice. */
    function sendOnce(event) {
        const form = event.target;
        if (event.defaultPrevented || form.method !== "post") {
            return;
        }
        const question = event.submitter && event.submitter.dataset.ask;
        if (question && !window.confirm(question)) {
            event.preventDefault();
            return;
        }
        if (form.dataset.sent) {
            event.preventDefault();
            return;
        }
        form.dataset.sent = "1";
        for (const button of shequ.all("button[type=submit]", form)) {
            button.setAttribute("aria-disabled", "true");
        }
    }

    // Coming back with the phone's arrow shows the page as it was left.
    window.addEventListener("pageshow", () => {
        for (const form of shequ.all("form[data-sent]")) {
            delete form.dataset.sent;
            for (const button of shequ.all("button[type=submit]", form)) {
                button.removeAttribute("aria-disabled");
            }
        }
    });

    document.addEventListener("submit", sendOnce);
    document.addEventListener("DOMContentLoaded", countDown);
    document.addEventListener("DOMContentLoaded", waitForCode);
})();
