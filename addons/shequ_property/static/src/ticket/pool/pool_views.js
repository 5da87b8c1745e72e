import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRecord } from "@web/views/kanban/kanban_record";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { listView } from "@web/views/list/list_view";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { useState } from "@odoo/owl";
import { usePoolLive } from "./pool_live";

/**
 * Open tickets in a panel over the board, so that the dispatcher keeps the overview.
 */
function useTicketPanel(controller, reload) {
    const dialog = useService("dialog");
    return (record) => {
        const { shequ_panel_view_id: viewId } = controller.props.context;
        dialog.add(
            FormViewDialog,
            {
                resModel: record.resModel,
                resId: record.resId,
                title: record.data.name,
                viewId: viewId || false,
                size: "xl",
                onRecordSaved: reload,
            },
            { onClose: reload }
        );
    };
}

export class PoolKanbanController extends KanbanController {
    setup() {
        super.setup();
        const { reload } = usePoolLive(this);
        this.openPanel = useTicketPanel(this, reload);
    }

    async openRecord(record, options = {}) {
        if (options.newWindow) {
            return super.openRecord(record, options);
        }
        this.openPanel(record);
    }
}

export class PoolKanbanRecord extends KanbanRecord {
    setup() {
        super.setup();
        this.pool = useState(this.env.shequPool);
    }

    getRecordClasses() {
        const fresh = this.pool.fresh[this.props.record.resId];
        return super.getRecordClasses() + (fresh ? " o_shequ_fresh" : "");
    }
}

export class PoolKanbanRenderer extends KanbanRenderer {
    static components = { ...KanbanRenderer.components, KanbanRecord: PoolKanbanRecord };
}

export const poolKanbanView = {
    ...kanbanView,
    Controller: PoolKanbanController,
    Renderer: PoolKanbanRenderer,
};

registry.category("views").add("shequ_pool_kanban", poolKanbanView);

export class PoolListController extends ListController {
    setup() {
        super.setup();
        const { reload } = usePoolLive(this);
        this.openPanel = useTicketPanel(this, reload);
    }

    async openRecord(record, options = {}) {
        if (options.newWindow) {
            return super.openRecord(record, options);
        }
        this.openPanel(record);
    }
}

export class PoolListRenderer extends ListRenderer {
    setup() {
        super.setup();
        this.pool = useState(this.env.shequPool);
    }

    getRowClass(record) {
        const fresh = this.pool.fresh[record.resId];
        return super.getRowClass(record) + (fresh ? " o_shequ_fresh" : "");
    }
}

export const poolListView = {
    ...listView,
    Controller: PoolListController,
    Renderer: PoolListRenderer,
};

registry.category("views").add("shequ_pool_list", poolListView);
