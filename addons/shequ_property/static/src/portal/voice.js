/** @odoo-module ignore **/
/* A voice note for people who would rather speak than type. */
(function () {
    "use strict";

    const shequ = window.shequ;
    const LONGEST = 60;

    /**
     * Turn the voice field of a form into a recorder.
     *
     * @param {Element} form
     * @param {Object} texts sentences
     * @param {Function} changed called with the recording, or null
     * @returns {Function} shows a kept recording
     */
    shequ.recorder = (form, texts, changed) => {
        const box = shequ.find("[data-voice]", form);
        const plain = shequ.find("[data-voice-plain]", form);
        if (!window.MediaRecorder || !navigator.mediaDevices || !box) {
            return () => undefined;
        }
        const button = shequ.find("[data-voice-button]", box);
        const label = shequ.find("[data-voice-text]", box);
        const player = shequ.find("[data-voice-play]", box);
        const clear = shequ.find("[data-voice-clear]", box);
        const error = shequ.find('[data-error="voice"]', form);
        let recording = null;
        let timer = null;
        box.hidden = false;
        plain.hidden = true;
        plain.disabled = true;

        function show(blob) {
            player.hidden = clear.hidden = !blob;
            player.src = blob ? URL.createObjectURL(blob) : "";
            label.textContent = blob ? texts.again : texts.record;
        }

        async function start() {
            error.hidden = true;
            let stream = null;
            try {
                stream = await navigator.mediaDevices.getUserMedia({audio: true});
            } catch {
                // No microphone, or not allowed: a file can still be chosen.
                error.textContent = texts.nomic;
                error.hidden = plain.hidden = plain.disabled = false;
                return;
            }
            const parts = [];
            recording = new MediaRecorder(stream);
            recording.ondataavailable = (event) => parts.push(event.data);
            recording.onstop = () => {
                clearInterval(timer);
                stream.getTracks().forEach((track) => track.stop());
                const blob = new Blob(parts, {type: recording.mimeType});
                recording = null;
                show(blob);
                changed(blob);
            };
            recording.start();
            let seconds = 0;
            label.textContent = shequ.fill(texts.stop, {t: "0:00"});
            timer = setInterval(() => {
                seconds += 1;
                const rest = String(seconds % 60).padStart(2, "0");
                label.textContent = shequ.fill(texts.stop, {
                    t: `${Math.floor(seconds / 60)}:${rest}`,
                });
                if (seconds >= LONGEST) {
                    recording.stop();
                }
            }, 1000);
        }

        button.addEventListener("click", () => {
            if (recording) {
                recording.stop();
            } else {
                start();
            }
        });
        clear.addEventListener("click", () => {
            show(null);
            changed(null);
        });
        return show;
    };
})();
