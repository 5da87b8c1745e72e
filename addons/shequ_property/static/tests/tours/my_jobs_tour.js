import { registry } from "@web/core/registry";

const card = ".o_shequ_job:contains('Kitchen tap drips')";

/** Give the file input a photo as the camera would. */
async function takePhoto(input) {
    const canvas = document.createElement("canvas");
    canvas.width = 2400;
    canvas.height = 1800;
    canvas.getContext("2d").fillRect(100, 100, 500, 500);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
    const files = new DataTransfer();
    files.items.add(new File([blob], "tap.jpg", { type: "image/jpeg" }));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Fail when a button a thumb must hit is smaller than 44 px or off the screen. */
function checkTapTargets() {
    const targets = document.querySelectorAll(
        ".o_shequ_jobs button:not(.o_shequ_thumb), .o_shequ_jobs a, .o_shequ_jobs label.btn"
    );
    for (const target of targets) {
        const { width, height, right } = target.getBoundingClientRect();
        if (width < 44 || height < 44) {
            throw new Error(`Too small to tap: ${target.textContent} ${width}×${height}`);
        }
        if (right > window.innerWidth + 1) {
            throw new Error(`Off the screen: ${target.textContent}`);
        }
    }
    if (document.documentElement.scrollWidth > window.innerWidth) {
        throw new Error("The page is wider than the phone.");
    }
}

registry.category("web_tour.tours").add("shequ_my_jobs", {
    steps: () => [
        {
            content: "My jobs is the first thing a worker sees; a job waits to be taken",
            trigger: ".o_shequ_tabs button:contains('To Take (1)')",
            run: "click",
        },
        {
            trigger: `${card} [data-step='take']`,
            run: checkTapTargets,
        },
        {
            trigger: `${card} [data-step='take']`,
            run: "click",
        },
        {
            content: "Taken: it is mine now, with the way to call and to go there",
            trigger: `${card} [data-step='arrive']`,
        },
        {
            trigger: `${card} button.o_shequ_call[title='138****5678']`,
        },
        {
            trigger: `${card} a[href^='geo:'], ${card} a[href*='maps']`,
        },
        {
            trigger: `${card} [data-step='arrive']`,
            run: "click",
        },
        {
            content: "Arrived; parts are missing",
            trigger: `${card} [data-step='hold']`,
            run: "click",
        },
        {
            trigger: ".o_shequ_sheet [data-reason='parts'].active",
        },
        {
            trigger: ".o_shequ_sheet textarea",
            run: "edit The cartridge comes at noon",
        },
        {
            trigger: ".o_shequ_confirm",
            run: "click",
        },
        {
            trigger: `${card}:contains('The cartridge comes at noon') [data-step='resume']`,
            run: "click",
        },
        {
            trigger: `${card} [data-step='finish']`,
            run: "click",
        },
        {
            content: "Without words the server says what is missing and nothing is lost",
            trigger: ".o_shequ_confirm",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('what was done')",
        },
        {
            trigger: ".o_shequ_sheet textarea",
            run: "edit New cartridge, no drop any more",
        },
        {
            trigger: ".o_shequ_sheet label:contains('Photo of the Work')",
            async run({ anchor }) {
                checkTapTargets();
                await takePhoto(anchor.querySelector("input"));
            },
        },
        {
            trigger: ".o_shequ_sheet .o_shequ_thumb img",
        },
        {
            trigger: ".o_shequ_confirm",
            run: "click",
        },
        {
            content: "Done, and counted",
            trigger: ".o_shequ_jobs_head:contains('Done today: 1')",
        },
        {
            trigger: ".o_shequ_tabs button:contains('Mine (0)')",
        },
    ],
});
