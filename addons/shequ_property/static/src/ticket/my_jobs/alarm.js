import { browser } from "@web/core/browser/browser";

/** Shake and beep: an emergency waits for an answer. Silent where a phone forbids it. */
export function alarm() {
    // Before the first touch a browser allows neither, and complains.
    if (browser.navigator.userActivation && !browser.navigator.userActivation.hasBeenActive) {
        return;
    }
    browser.navigator.vibrate?.([400, 150, 400, 150, 800]);
    const Audio = window.AudioContext || window.webkitAudioContext;
    if (!Audio) {
        return;
    }
    try {
        const context = new Audio();
        for (const start of [0, 0.35, 0.7]) {
            const tone = context.createOscillator();
            tone.frequency.value = 880;
            tone.connect(context.destination);
            tone.start(context.currentTime + start);
            tone.stop(context.currentTime + start + 0.2);
        }
        browser.setTimeout(() => context.close(), 1500);
    } catch {
        // No sound without a touch before: the card is red and on top anyway.
    }
}
