import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onWillStart, useState } from "@odoo/owl";

/** Needs, resources and services of an estate side by side; gaps stand out. */
export class ThreeLists extends Component {
    static template = "shequ_property.ThreeLists";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null, pane: "needs", only: null, loading: false });
        onWillStart(async () => {
            this.mayAdd = await user.hasGroup("shequ_property.group_estate_manager");
            await this.load();
        });
    }

    async load(estateId = false) {
        this.state.loading = true;
        this.state.data = await this.orm.call("shequ.estate", "three_lists", [], {
            estate_id: estateId,
        });
        this.state.only = null;
        this.state.loading = false;
    }

    get panes() {
        const { needs, resources, services } = this.state.data;
        return [
            ["needs", _t("Needs"), needs.length],
            ["resources", _t("Resources"), resources.length],
            ["services", _t("Service List"), services.length],
        ];
    }

    get estate() {
        const { estates, estate } = this.state.data;
        return estates.find((one) => one.id === estate);
    }

    onEstate(ev) {
        this.load(Number(ev.target.value));
    }

    /** A tap on a need shows who could do it and what could be ordered for it. */
    choose(need) {
        this.state.only = this.state.only?.id === need.id ? null : need;
    }

    get resources() {
        const { only, data } = this.state;
        return only?.skill_id
            ? data.resources.filter((one) => one.skill_ids.includes(only.skill_id))
            : data.resources;
    }

    get services() {
        const { only, data } = this.state;
        return only
            ? data.services.filter((one) => one.category_id === only.category_id)
            : data.services;
    }

    hours(value) {
        return Number.isInteger(value) ? _t("%s h", value) : _t("%s h", value.toFixed(1));
    }

    open(model, id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    }

    async act(need, method) {
        this.action.doAction(await this.orm.call("shequ.need", method, [need.id]));
    }

    list(action) {
        this.action.doAction(`shequ_property.${action}`);
    }
}

registry.category("actions").add("shequ_property.three_lists", ThreeLists);
