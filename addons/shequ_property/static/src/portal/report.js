/** @odoo-module ignore **/
/* The report form: photos with previews, the draft that survives, sending that does
   not give up and still files one ticket.

   Each report carries a reference made on the page. However often it is sent, the
   server files it once; the script may therefore repeat without asking. */
(function () {
    "use strict";

    const shequ = window.shequ;
    const MOST = 9;
    // Seconds between attempts, and without progress before one is given up.
    const PAUSES = [2, 4, 8, 15, 30];
    const STALL = 60;

    class Report {
        constructor(form) {
            this.form = form;
            this.texts = JSON.parse(form.dataset.texts);
            this.red = JSON.parse(form.dataset.red);
            this.kind = form.elements.kind.value;
            this.photos = [];
            this.voice = null;
            this.video = null;
            this.attempt = 0;
            this.queued = false;
            this.closed = false;
            this.busy = 0;
        }

        async start() {
            this.showVoice = shequ.recorder(this.form, this.texts, (blob) => {
                this.voice = blob;
                this.keep();
            });
            this.preparePhotos();
            this.form.addEventListener("input", () => this.changed());
            this.form.addEventListener("change", () => this.changed());
            this.form.addEventListener("submit", (event) => {
                event.preventDefault();
                this.send();
            });
            window.addEventListener("online", () => this.again());
            // Waiting for an answer that cannot come would cost a minute.
            window.addEventListener("offline", () => {
                if (this.request) {
                    this.request.abort();
                }
            });
            document.addEventListener("visibilitychange", () => {
                if (!document.hidden) {
                    this.again();
                }
            });
            this.find("[data-sending-now]").addEventListener("click", () => this.again());
            this.find("[data-sending-stop]").addEventListener("click", () => this.stop());
            shequ.find("[data-kept-clear]").addEventListener("click", async () => {
                this.closed = true;
                await shequ.draft.drop(this.kind);
                location.href = `/my/report?kind=${this.kind}`;
            });
            await this.restore();
            this.showDanger();
        }

        find(selector) {
            return shequ.find(selector);
        }

        // --- photos ------------------------------------------------------------

        preparePhotos() {
            const plain = shequ.find("[data-photo-plain]", this.form);
            plain.hidden = true;
            shequ.find("input", plain).disabled = true;
            shequ.find("[data-photo-buttons]", this.form).hidden = false;
            for (const input of shequ.all("[data-pick]", this.form)) {
                input.addEventListener("change", async () => {
                    const files = Array.from(input.files);
                    await this.addPhotos(files);
                    input.value = "";
                });
            }
            const video = this.form.elements.video;
            video.addEventListener("change", () => {
                this.video = video.files[0] || null;
            });
        }

        async addPhotos(files) {
            this.busy += 1;
            try {
                for (const file of files) {
                    if (this.photos.length >= MOST) {
                        this.problem(this.texts.many);
                        break;
                    }
                    const blob = await shequ.shrink(file);
                    this.photos.push({blob, name: file.name || "photo.jpg"});
                    this.showPhotos();
                }
            } finally {
                this.busy -= 1;
            }
            await this.keep();
        }

        showPhotos() {
            const list = shequ.find("[data-shots]", this.form);
            const model = this.find("template[data-shot]").content;
            list.textContent = "";
            this.photos.forEach((photo, index) => {
                const item = model.cloneNode(true);
                const image = shequ.find("img", item);
                const button = shequ.find("button", item);
                image.src = URL.createObjectURL(photo.blob);
                image.alt = shequ.fill(this.texts.photo, {n: index + 1});
                button.setAttribute(
                    "aria-label",
                    shequ.fill(this.texts.remove, {n: index + 1})
                );
                button.addEventListener("click", () => {
                    this.photos.splice(index, 1);
                    this.showPhotos();
                    this.keep();
                });
                list.append(item);
            });
            list.hidden = !this.photos.length;
            const full = this.photos.length >= MOST;
            shequ.find("[data-photo-buttons]", this.form).hidden = full;
        }

        // --- what is kept --------------------------------------------------------

        fields() {
            const values = {};
            for (const [name, value] of new FormData(this.form).entries()) {
                if (typeof value === "string" && name !== "csrf_token") {
                    values[name] = value;
                }
            }
            return values;
        }

        changed() {
            this.showDanger();
            this.clearHidden();
            clearTimeout(this.keepTimer);
            this.keepTimer = setTimeout(() => this.keep(), 400);
            clearTimeout(this.similarTimer);
            this.similarTimer = setTimeout(() => this.lookForSimilar(), 700);
            clearTimeout(this.alarmTimer);
            this.alarmTimer = setTimeout(() => this.listen(), 500);
        }

        async keep() {
            if (this.closed) {
                return;
            }
            await shequ.draft.put(this.kind, {
                fields: this.fields(),
                photos: this.photos,
                voice: this.voice,
                video: this.video,
                queued: this.queued,
                at: Date.now(),
            });
        }

        async restore() {
            const draft = await shequ.draft.get(this.kind);
            const refused = this.find("#errors");
            if (!draft) {
                return;
            }
            this.photos = draft.photos || [];
            this.voice = draft.voice || null;
            this.video = draft.video || null;
            if (!refused) {
                this.setFields(draft.fields);
            } else {
                this.form.elements.ref.value = draft.fields.ref;
            }
            this.showPhotos();
            if (this.voice) {
                this.showVoice(this.voice);
            }
            const text = draft.queued ? this.texts.unsent : this.texts.kept;
            this.find("[data-kept-text]").textContent = shequ.fill(text, {
                t: shequ.clock(draft.at),
            });
            this.find("[data-kept]").hidden = false;
            if (draft.queued) {
                this.send();
            }
        }

        setFields(values) {
            for (const element of Array.from(this.form.elements)) {
                if (!element.name || element.type === "file") {
                    continue;
                }
                if (element.name === "csrf_token" || element.name === "spot") {
                    continue;
                }
                if (element.type === "radio" || element.type === "checkbox") {
                    element.checked = values[element.name] === element.value;
                } else if (element.name in values) {
                    element.value = values[element.name];
                }
            }
            if (values.preferred_time || values.behalf || this.video) {
                shequ.find("details", this.form).open = true;
            }
        }

        // --- hints while writing ---------------------------------------------------

        showDanger() {
            const tile = shequ.find("[name=category]:checked", this.form);
            const red = Boolean(tile && this.red.includes(tile.value));
            const box = shequ.find("[data-danger]", this.form);
            const ticked = this.form.elements.danger.checked;
            box.classList.toggle("is-on", red || ticked || Boolean(this.alarm));
            const advice = shequ.find("[data-danger-advice]", box);
            advice.textContent = (this.alarm && this.alarm.advice) || "";
            advice.hidden = !advice.textContent;
        }

        /** Words that may tell of an emergency show whom to call before sending. */
        async listen() {
            const words = this.form.elements.description.value.trim();
            if (words === this.heard) {
                return;
            }
            this.heard = words;
            this.alarm = null;
            if (words) {
                try {
                    const answer = await this.ask("/my/report/alarm", {
                        description: words,
                    });
                    this.alarm = answer && answer.advice !== undefined ? answer : null;
                } catch {
                    // A hint, nothing more: no line, no hint.
                    this.heard = null;
                }
            }
            if (this.alarm) {
                // Where the eyes are: under the words, and the page does not jump.
                const field = this.form.elements.description.closest(".sq-field");
                field.after(shequ.find("[data-danger]", this.form));
            }
            this.showDanger();
        }

        async ask(url, params) {
            const response = await fetch(url, {
                method: "POST",
                headers: {"Content-Type": "application/json"},
                body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
            });
            return (await response.json()).result;
        }

        /** A tile that the change of place has hidden is no longer chosen. */
        clearHidden() {
            const tile = shequ.find("[name=category]:checked", this.form);
            const group = tile && tile.closest("[data-place]");
            const place = shequ.find("[name=place]:checked", this.form);
            if (group && place && group.dataset.place !== place.value) {
                tile.checked = false;
            }
        }

        isPublic() {
            const place = shequ.find("[name=place]:checked", this.form);
            const tile = shequ.find("[name=category]:checked", this.form);
            if (this.form.elements.spot) {
                return true;
            }
            return place ? place.value === "public" : Boolean(tile && tile.dataset.public);
        }

        async lookForSimilar() {
            const box = this.find("[data-similar]");
            const values = this.fields();
            if (!this.isPublic() || (!values.description && !values.place_text)) {
                box.hidden = true;
                return;
            }
            const key = JSON.stringify([
                values.description,
                values.category,
                values.building_id,
                values.place_text,
            ]);
            if (key === this.similarKey) {
                return;
            }
            this.similarKey = key;
            let found = [];
            try {
                found =
                    (await this.ask("/my/report/similar", {
                        description: values.description,
                        category: values.category || "",
                        building_id: values.building_id || "",
                        place_text: values.place_text || "",
                    })) || [];
            } catch {
                // A hint, nothing more: no line, no hint.
                this.similarKey = null;
            }
            this.showSimilar(found);
        }

        showSimilar(found) {
            const box = this.find("[data-similar]");
            const list = shequ.find("[data-similar-list]", box);
            const model = shequ.find("template[data-similar-item]", box).content;
            list.textContent = "";
            for (const other of found) {
                const item = model.cloneNode(true);
                const part = (key) => shequ.find(`[data-k="${key}"]`, item);
                part("title").textContent = other.title;
                part("where").textContent = `${other.place} · ${other.reported}`;
                part("text").textContent = other.text;
                part("count_words").textContent = other.count_words;
                part("status").textContent = other.status;
                part("url").href = other.url;
                if (other.mine || other.joined) {
                    part("join").hidden = true;
                } else {
                    part("join").addEventListener("click", () => this.join(other));
                }
                list.append(item);
            }
            box.hidden = !found.length;
            // The button to send is always in sight, the box is not.
            this.find("[data-similar-hint]").hidden = !found.length;
        }

        /** “Me too” files nothing: the form that was begun is dropped. */
        async join(other) {
            const form = document.createElement("form");
            form.method = "post";
            form.action = `/my/neighbours/${other.id}/join`;
            const token = document.createElement("input");
            token.type = "hidden";
            token.name = "csrf_token";
            token.value = this.form.elements.csrf_token.value;
            form.append(token);
            document.body.append(form);
            this.closed = true;
            await shequ.draft.drop(this.kind);
            form.submit();
        }

        // --- sending ---------------------------------------------------------------

        async send() {
            if (this.request || this.closed) {
                return;
            }
            clearTimeout(this.retryTimer);
            this.problem("");
            this.queued = true;
            this.waiting = true;
            this.dialog(true);
            this.say(this.texts.sending, "");
            while (this.busy) {
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            await this.keep();
            this.post();
        }

        body() {
            const body = new FormData();
            for (const [name, value] of Object.entries(this.fields())) {
                body.append(name, value);
            }
            body.append("csrf_token", this.form.elements.csrf_token.value);
            for (const photo of this.photos) {
                body.append("photos", photo.blob, photo.name);
            }
            if (this.voice) {
                body.append("voice", this.voice, "voice");
            } else if (this.form.elements.voice.files[0]) {
                body.append("voice", this.form.elements.voice.files[0]);
            }
            if (this.video) {
                body.append("video", this.video, this.video.name || "video");
            }
            return body;
        }

        post() {
            const request = (this.request = new XMLHttpRequest());
            let alive = Date.now();
            const watch = setInterval(() => {
                if (Date.now() - alive > STALL * 1000) {
                    request.abort();
                }
            }, 2000);
            request.open("POST", "/my/report");
            request.setRequestHeader("Accept", "application/json");
            request.upload.onprogress = (event) => {
                alive = Date.now();
                const percent = Math.round((event.loaded / event.total) * 100);
                this.bar(percent);
                this.say(
                    this.texts.sending,
                    percent < 100
                        ? shequ.fill(this.texts.percent, {n: percent})
                        : this.texts.arriving
                );
            };
            request.onloadend = () => {
                clearInterval(watch);
                this.request = null;
                this.answer(request);
            };
            request.send(this.body());
        }

        answer(request) {
            let answer = null;
            try {
                answer = JSON.parse(request.responseText);
            } catch {
                // A page instead of an answer: signed out, or the server in trouble.
            }
            if (!this.waiting) {
                return;
            }
            if (answer && answer.ok) {
                this.done(answer.url);
            } else if (answer && answer.errors) {
                this.refused(answer.errors);
            } else if (request.status === 413) {
                this.refused({form: this.texts.large});
            } else if (request.status === 400 || request.status === 200) {
                this.renew();
            } else {
                this.later(request.status >= 500 ? this.texts.trouble : "");
            }
        }

        async done(url) {
            this.closed = true;
            await shequ.draft.drop(this.kind);
            location.replace(url);
        }

        refused(errors) {
            this.queued = false;
            this.waiting = false;
            this.dialog(false);
            this.keep();
            for (const element of shequ.all("[aria-invalid]", this.form)) {
                element.removeAttribute("aria-invalid");
            }
            for (const name of Object.keys(errors)) {
                const element = this.form.elements[name];
                if (element && element.setAttribute) {
                    element.setAttribute("aria-invalid", "true");
                }
            }
            this.problem(Object.values(errors).join(" "));
        }

        /** The session is a new one: fetch its token and send again. */
        async renew() {
            if (this.renewed) {
                this.later(this.texts.trouble);
                return;
            }
            this.renewed = true;
            try {
                const response = await fetch("/my/report/token", {
                    headers: {Accept: "application/json"},
                });
                const fresh = await response.json();
                if (String(fresh.user) !== document.body.dataset.user) {
                    throw new Error("somebody else");
                }
                this.form.elements.csrf_token.value = fresh.csrf_token;
                this.post();
            } catch {
                const back = encodeURIComponent(`/my/report?kind=${this.kind}`);
                this.say(this.texts.login, "");
                setTimeout(() => {
                    location.href = `/web/login?redirect=${back}`;
                }, 2500);
            }
        }

        later(reason) {
            const pause = PAUSES[Math.min(this.attempt, PAUSES.length - 1)];
            this.attempt += 1;
            this.bar(0);
            this.find("[data-sending-now]").hidden = false;
            this.say(
                this.texts.sending,
                reason ||
                    (navigator.onLine
                        ? shequ.fill(this.texts.retry, {n: pause})
                        : this.texts.waiting)
            );
            clearTimeout(this.retryTimer);
            this.retryTimer = setTimeout(() => this.again(), pause * 1000);
        }

        again() {
            if (this.waiting && !this.request && !this.closed) {
                clearTimeout(this.retryTimer);
                this.renewed = false;
                this.post();
            }
        }

        /** Back to the form; what may be on its way keeps its reference. */
        stop() {
            this.waiting = false;
            this.queued = false;
            clearTimeout(this.retryTimer);
            if (this.request) {
                this.request.abort();
            }
            this.dialog(false);
            this.keep();
        }

        // --- showing -----------------------------------------------------------------

        dialog(open) {
            const dialog = this.find("[data-sending]");
            dialog.hidden = !open;
            for (const part of [this.form, this.find(".sq-top")]) {
                part.inert = open;
            }
            if (open) {
                this.find("[data-sending-now]").hidden = true;
                this.find("[data-sending-stop]").focus();
            } else {
                shequ.find("button[type=submit]", this.form).focus();
            }
        }

        say(title, text) {
            this.find("[data-sending-title]").textContent = title;
            this.find("[data-sending-text]").textContent = text;
        }

        bar(percent) {
            this.find("[data-sending-bar]").style.width = `${percent}%`;
        }

        problem(text) {
            const box = this.find("[data-problem]");
            this.find("[data-problem-text]").textContent = text;
            box.hidden = !text;
            if (text) {
                box.scrollIntoView({block: "center"});
            }
        }
    }

    /** Photos of the other forms go smaller over the line too. */
    function shrinkPlain(input) {
        input.addEventListener("change", async () => {
            if (!window.DataTransfer) {
                return;
            }
            const chosen = new DataTransfer();
            for (const file of Array.from(input.files)) {
                const blob = await shequ.shrink(file);
                chosen.items.add(new File([blob], file.name, {type: blob.type}));
            }
            input.files = chosen.files;
        });
    }

    document.addEventListener("DOMContentLoaded", () => {
        const form = shequ.find("form[data-report]");
        if (form) {
            shequ.report = new Report(form);
            shequ.report.ready = shequ.report.start();
        }
        shequ.all("[data-shrink]").forEach(shrinkPlain);
    });
})();
