/** @odoo-module ignore **/
/* Confirming with a passkey, and counting the candidates that were ticked. */
(function () {
    "use strict";

    const {find, all, fill} = window.shequ;

    const toBytes = (text) =>
        Uint8Array.from(
            atob(text.replace(/-/g, "+").replace(/_/g, "/")),
            (letter) => letter.charCodeAt(0)
        );
    const toText = (buffer) =>
        btoa(String.fromCharCode(...new Uint8Array(buffer)))
            .replace(/\+/g, "-")
            .replace(/\//g, "_")
            .replace(/=+$/, "");

    async function ask() {
        const answer = await fetch("/auth/passkey/start-auth", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({jsonrpc: "2.0", method: "call", params: {}}),
        });
        const options = (await answer.json()).result;
        const key = await navigator.credentials.get({
            publicKey: {
                challenge: toBytes(options.challenge),
                rpId: options.rpId,
                timeout: options.timeout,
                userVerification: options.userVerification,
                allowCredentials: [],
            },
        });
        const response = key.response;
        return JSON.stringify({
            id: key.id,
            rawId: toText(key.rawId),
            type: key.type,
            clientExtensionResults: key.getClientExtensionResults(),
            response: {
                authenticatorData: toText(response.authenticatorData),
                clientDataJSON: toText(response.clientDataJSON),
                signature: toText(response.signature),
                userHandle: response.userHandle
                    ? toText(response.userHandle)
                    : undefined,
            },
        });
    }

    function offerPasskey() {
        const box = find("[data-passkey]");
        if (!box || !window.PublicKeyCredential) {
            return;
        }
        box.hidden = false;
        const form = box.closest("form");
        find("button", box).addEventListener("click", async () => {
            const words = find("[data-passkey-error]", box);
            words.hidden = true;
            try {
                form.elements.webauthn_response.value = await ask();
            } catch {
                // Turned down by the person, or not known to this telephone.
                words.hidden = false;
                return;
            }
            if (form.elements.code) {
                form.elements.code.required = false;
            }
            form.requestSubmit();
        });
    }

    /** Of N candidates at most M: what is ticked is said, the rest is closed. */
    function countTicks() {
        for (const box of all("[data-seats]")) {
            const most = Number(box.dataset.seats);
            const ticks = all("input[type=checkbox]", box);
            const words = find("[data-ticked]", box);
            const update = () => {
                const chosen = ticks.filter((tick) => tick.checked).length;
                for (const tick of ticks) {
                    tick.disabled = chosen >= most && !tick.checked;
                }
                words.textContent = fill(words.dataset.ticked, {
                    n: chosen,
                    m: most,
                });
            };
            box.addEventListener("change", update);
            update();
        }
    }

    document.addEventListener("DOMContentLoaded", offerPasskey);
    document.addEventListener("DOMContentLoaded", countTicks);
})();
