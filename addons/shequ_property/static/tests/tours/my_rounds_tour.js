import { registry } from "@web/core/registry";

const lane = ".o_shequ_check:contains('Fire lane is free')";
const gate = ".o_shequ_check:contains('Gate closes')";

/** Give the file input a photo as the camera would. */
async function takePhoto(input) {
    const canvas = document.createElement("canvas");
    canvas.width = 1200;
    canvas.height = 900;
    canvas.getContext("2d").fillRect(100, 100, 500, 500);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
    const files = new DataTransfer();
    files.items.add(new File([blob], "lane.jpg", { type: "image/jpeg" }));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Fail when a button a thumb must hit is too small or off the screen. */
function checkTapTargets() {
    for (const target of document.querySelectorAll(".o_shequ_rounds button, .o_shequ_rounds label.btn")) {
        const { width, height, right } = target.getBoundingClientRect();
        if (width < 44 || height < 44) {
            throw new Error(`Too small to tap: ${target.textContent} ${width}×${height}`);
        }
        if (right > window.innerWidth + 1) {
            throw new Error(`Off the screen: ${target.textContent}`);
        }
    }
}

registry.category("web_tour.tours").add("shequ_my_rounds", {
    steps: () => [
        {
            content: "The round of now is there",
            trigger: ".o_shequ_round:contains('Evening patrol') .badge:contains('Do It Now')",
            run: "click",
        },
        {
            content: "A point that wants a photo opens the sheet",
            trigger: `${lane} button:contains('In Order')`,
            run: checkTapTargets,
        },
        {
            trigger: `${lane} button:contains('In Order')`,
            run: "click",
        },
        {
            trigger: ".o_shequ_sheet input[type='file']:not(:disabled)",
            async run() {
                await takePhoto(this.anchor);
            },
        },
        {
            trigger: ".o_shequ_sheet img",
        },
        {
            trigger: ".o_shequ_sheet button:contains('Save')",
            run: "click",
        },
        {
            trigger: `${lane}.is-ok`,
        },
        {
            content: "A fault wants a word and becomes a ticket",
            trigger: `${gate} button:contains('Fault')`,
            run: "click",
        },
        {
            trigger: ".o_shequ_sheet textarea",
            run: "edit The barrier is broken",
        },
        {
            trigger: ".o_shequ_sheet button:contains('Report the Fault')",
            run: "click",
        },
        {
            trigger: `${gate}.is-fault:contains('RNDT')`,
        },
        {
            trigger: "button:contains('Finish the Round'):enabled",
            run: "click",
        },
        {
            content: "Done, and back at the list",
            trigger: ".o_shequ_round.is-done:contains('Evening patrol')",
        },
    ],
});
