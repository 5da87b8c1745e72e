import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Component, onMounted, onWillStart, onWillUnmount, useState } from "@odoo/owl";
import { MediaFile } from "../gallery/gallery_field";
import { alarm } from "./alarm";
import { JobCard } from "./job_card";
import { OfferCard } from "./offer_card";
import { readPhoto } from "./photo";

const REFRESH = 60000;
const GATHER = 500;
const GEOLOCATION_TIMEOUT = 4000;
const SHEET_KEY = "shequ_my_jobs_words";
export const MAX_PHOTOS = 9;
const MAX_TIMES = 3;
const LATE = [10, 20, 30, 60, 120];
// Steps whose sheet wants nothing but a choice.
const WORDLESS = ["visit", "helper"];

/**
 * The worker's phone: the jobs of today, one next step each.
 *
 * Words and photos stay in the sheet until the server has them: a lift without network
 * loses nothing.
 */
export class MyJobs extends Component {
    static template = "shequ_property.MyJobs";
    static components = { JobCard, OfferCard };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.notification = useService("notification");
        this.fileViewer = useFileViewer();
        this.state = useState({
            worker: true,
            mine: [],
            team: [],
            offers: jobs.offers || [],
            duty: jobs.duty,
            load: jobs.load || [0, 0],
