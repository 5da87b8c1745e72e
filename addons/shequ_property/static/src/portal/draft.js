/** @odoo-module ignore **/
/* Keeps a report on the phone, photos too, until the server has said it has it.

   IndexedDB holds the pictures; where it is missing (private mode of some browsers)
   everything goes on without being kept. */
(function () {
    "use strict";

    const shequ = window.shequ;
    const NAME = "shequ";
    const STORE = "report";

    function open() {
        return new Promise((resolve, reject) => {
            if (!window.indexedDB) {
                reject(new Error("no database"));
                return;
            }
            const request = indexedDB.open(NAME, 1);
            request.onupgradeneeded = () => request.result.createObjectStore(STORE);
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
    }

    async function run(mode, work) {
        const database = await open();
        try {
            return await new Promise((resolve, reject) => {
                const transaction = database.transaction(STORE, mode);
                const request = work(transaction.objectStore(STORE));
                transaction.oncomplete = () => resolve(request.result);
                transaction.onerror = () => reject(transaction.error);
                transaction.onabort = () => reject(transaction.error);
            });
        } finally {
            database.close();
        }
    }

    // Drafts belong to who is signed in: two people may share a telephone.
    const prefix = () => `${document.body.dataset.user}:`;

    shequ.draft = {
        /** The kept report of a form, or undefined. */
        async get(kind) {
            try {
                return await run("readonly", (store) => store.get(prefix() + kind));
            } catch {
                return undefined;
            }
        },
        async put(kind, draft) {
            try {
                await run("readwrite", (store) => store.put(draft, prefix() + kind));
                return true;
            } catch {
                return false;
            }
        },
        async drop(kind) {
            try {
                await run("readwrite", (store) => store.delete(prefix() + kind));
            } catch {
                // Nothing was kept.
            }
        },
        /** The kinds of reports that were sent and never confirmed. */
        async unsent() {
            const kinds = [];
            for (const kind of ["repair", "complaint", "ask"]) {
                const draft = await this.get(kind);
                if (draft && draft.queued) {
                    kinds.push(kind);
                }
            }
            return kinds;
        },
    };

    document.addEventListener("DOMContentLoaded", async () => {
        const note = shequ.find("[data-unsent]");
        if (!note) {
            return;
        }
        const [kind] = await shequ.draft.unsent();
        if (kind) {
            shequ.find("[data-unsent-link]").href = `/my/report?kind=${kind}`;
            note.hidden = false;
        }
    });
})();
