import { registry } from "@web/core/registry";

const card = (words) => `.o_kanban_record:contains('${words}')`;
const sorted = (words) => `.o_kanban_view:not(:has(${card(words)}))`;

/** Fail when something is off the side of the screen. */
function checkWidth() {
    for (const button of document.querySelectorAll(".o_shequ_card_ask button")) {
        const card = button.closest(".o_kanban_record").getBoundingClientRect();
        const { left, right, height } = button.getBoundingClientRect();
        if (left < card.left - 1 || right > card.right + 1) {
            throw new Error(`Wider than its card: ${button.textContent}`);
        }
        if (window.innerWidth < 576 && height < 44) {
            throw new Error(`Too small to tap: ${button.textContent} ${height}`);
        }
    }
}

const takeTheBestGuess = [
    {
        content: "What is too unsure for a desk waits with its guesses",
        trigger: `${card("Something with the kitchen")} .o_shequ_card_ask button:contains('Water leak')`,
        run: checkWidth,
    },
    {
        content: "One tap takes the best guess",
        trigger: `${card("Something with the kitchen")} .o_shequ_card_ask button:contains('Water leak')`,
        run: "click",
    },
    {
        content: "It is sorted, and gone from here",
        trigger: sorted("Something with the kitchen"),
    },
];

// On the phone fields open pages of their own; what is done there is one tap.
registry.category("web_tour.tours").add("shequ_to_sort_phone", {
    steps: () => takeTheBestGuess,
});

registry.category("web_tour.tours").add("shequ_to_sort", {
    steps: () => [
        ...takeTheBestGuess,
        {
            content: "The guesses for another are all wrong: open it",
            trigger: card("The green thing by the gate"),
            run: "click",
        },
        {
            trigger: ".modal .o_shequ_triage_ask:contains('To sort')",
        },
        {
            content: "The right category is none of the three",
            trigger: ".modal div[name='category_id'] input",
            run: "edit Greening",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Greening')",
            run: "click",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: sorted("The green thing by the gate"),
        },
        {
            content: "A matter of the town",
            trigger: card("The bus stops in the bicycle lane"),
            run: "click",
        },
        {
            trigger: ".modal .o_statusbar_buttons button:contains('Hand On'), .modal .o_cp_action_menus button",
            run: "click",
        },
        {
            content: "The department is known already",
            trigger: ".modal:not(.o_inactive_modal) div[name='department_id'] input:value(/./)",
        },
        {
            trigger: ".modal:not(.o_inactive_modal) button[name='action_forward']",
            run: "click",
        },
        {
            content: "The ticket tells where it went",
            trigger: ".modal .alert-info:contains('Handed on to')",
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: sorted("The bus stops in the bicycle lane"),
        },
    ],
});
