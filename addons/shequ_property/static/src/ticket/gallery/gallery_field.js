import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { FileModel } from "@web/core/file_viewer/file_model";
import { Component } from "@odoo/owl";

/** A photo of a ticket as the file viewer wants it. */
export class MediaFile extends FileModel {
    constructor(media) {
        super();
        Object.assign(this, {
            id: media.id,
            name: media.name,
            mimetype: media.mimetype,
            type: "binary",
        });
    }

    get urlRoute() {
        return `/web/image/shequ.ticket.media/${this.id}/image`;
    }
}

function mediaUrl(media) {
    return media.type === "photo"
        ? `/web/image/shequ.ticket.media/${media.id}/image`
        : `/web/content/shequ.ticket.media/${media.id}/image`;
}

/** Photos and recordings of a ticket: what was reported apart from the evidence. */
export class GalleryField extends Component {
    static template = "shequ_property.GalleryField";
    static props = { ...standardFieldProps };

    setup() {
        this.fileViewer = useFileViewer();
    }

    get media() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            id: record.resId,
            name: record.data.name,
            type: record.data.type,
            phase: record.data.phase,
            mimetype: record.data.mimetype,
            transcript: record.data.transcript,
        }));
    }

    get phases() {
        const titles = [
            ["report", _t("Report")],
            ["evidence", _t("Evidence of the work")],
            ["talk", _t("Conversation")],
        ];
        return titles
            .map(([key, title]) => ({
                key,
                title,
                media: this.media.filter((media) => media.phase === key),
            }))
            .filter((phase) => phase.media.length);
    }

    thumbnail(media) {
        return `/web/image/shequ.ticket.media/${media.id}/image/320x240`;
    }

    source(media) {
        return mediaUrl(media);
    }

    enlarge(media) {
        const photos = this.media.filter((item) => item.type === "photo");
        const files = photos.map((item) => new MediaFile(item));
        this.fileViewer.open(files[photos.findIndex((item) => item.id === media.id)], files);
    }
}

export const galleryField = {
    component: GalleryField,
    displayName: _t("Photo Gallery"),
    supportedTypes: ["one2many"],
    useSubView: true,
};

registry.category("fields").add("shequ_gallery", galleryField);
