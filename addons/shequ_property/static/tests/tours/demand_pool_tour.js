import { registry } from "@web/core/registry";

const card = ".o_kanban_record:contains('Gas smell in the kitchen')";

registry.category("web_tour.tours").add("shequ_demand_pool", {
    steps: () => [
        {
            content: "The board shows the report with a running clock",
            trigger: `${card} .o_shequ_clock .o_shequ_clock_text:contains(/\\d/)`,
        },
        {
            content: "A click opens the panel over the board",
            trigger: card,
            run: "click",
        },
        {
            content: "The number can be called",
            trigger: ".modal .o_field_phone:contains('****')",
        },
        {
            content: "Photos are there to enlarge",
            trigger: ".modal .o_shequ_photo",
            run: "click",
        },
        {
            trigger: ".o-FileViewer img",
        },
        {
            content: "Close the photo",
            trigger: ".o-FileViewer [aria-label='Close'], .o-FileViewer .fa-times",
            run: "click",
        },
        {
            content: "Accept without leaving the board",
            trigger: ".modal button[name='action_accept']",
            run: "click",
        },
        {
            content: "The trace has the step",
            trigger: ".modal .o_shequ_trace_item:contains('Accepted')",
        },
        {
            content: "Send somebody",
            trigger: ".modal .o_statusbar_buttons button:contains('Send a Worker')",
            run: "click",
        },
        {
            trigger: ".modal:not(.o_inactive_modal) div[name='worker_id'] input",
            run: "click",
        },
        {
            content: "Load is shown next to the name",
            trigger: ".o-autocomplete--dropdown-item:contains('Tour Worker · 0 open')",
            run: "click",
        },
        {
            trigger: ".modal:not(.o_inactive_modal) button[name='action_assign']",
            run: "click",
        },
        {
            trigger: ".modal .o_shequ_trace_item:contains('Dispatched')",
        },
        {
            content: "Back on the board the card has moved",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: `.o_kanban_group:contains('Dispatched') ${card}:contains('Tour Worker')`,
        },
    ],
});
