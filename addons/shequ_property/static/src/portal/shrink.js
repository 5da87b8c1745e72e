/** @odoo-module ignore **/
/* Makes photos smaller before they go over a slow line: 8 MB become 300 KB.

   Only a courtesy: the server resizes, turns and cleans whatever arrives. */
(function () {
    "use strict";

    const shequ = window.shequ;
    const SIDE = 1600;
    const SMALL = 400 * 1024;

    async function decode(file) {
        if (window.createImageBitmap) {
            try {
                return await createImageBitmap(file, {imageOrientation: "from-image"});
            } catch {
                // Older engines do not know the option.
            }
        }
        const image = new Image();
        const url = URL.createObjectURL(file);
        try {
            await new Promise((resolve, reject) => {
                image.onload = resolve;
                image.onerror = reject;
                image.src = url;
            });
        } finally {
            URL.revokeObjectURL(url);
        }
        return image;
    }

    /** A smaller JPEG of a photo, or the file itself where that cannot be. */
    shequ.shrink = async (file) => {
        if (file.size < SMALL && file.type === "image/jpeg") {
            return file;
        }
        try {
            const picture = await decode(file);
            const width = picture.width || picture.naturalWidth;
            const height = picture.height || picture.naturalHeight;
            const scale = Math.min(1, SIDE / Math.max(width, height));
            const canvas = document.createElement("canvas");
            canvas.width = Math.max(1, Math.round(width * scale));
            canvas.height = Math.max(1, Math.round(height * scale));
            const context = canvas.getContext("2d");
            context.fillStyle = "#fff";
            context.fillRect(0, 0, canvas.width, canvas.height);
            context.drawImage(picture, 0, 0, canvas.width, canvas.height);
            if (picture.close) {
                picture.close();
            }
            const blob = await new Promise((resolve) =>
                canvas.toBlob(resolve, "image/jpeg", 0.85)
            );
            return blob && blob.size < file.size ? blob : file;
        } catch {
            return file;
        }
    };
})();
