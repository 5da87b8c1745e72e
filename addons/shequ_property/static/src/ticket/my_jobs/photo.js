// Large enough to see a crack in a tile, small enough for a slow line.
const MAX_SIDE = 1920;
const QUALITY = 0.82;

/**
 * Make a photo upright and smaller before it is sent; what the browser cannot read is
 * sent as it is, and the server decides.
 *
 * @param {File} file
 * @returns {Promise<{name: string, data: string, url: string}>} data is base64
 */
export async function readPhoto(file) {
    let blob = file;
    try {
        blob = await shrink(file);
    } catch {
        // An unknown format: the server says so politely.
    }
    return {
        name: file.name || "photo.jpg",
        data: await toBase64(blob),
        url: URL.createObjectURL(blob),
    };
}

async function shrink(file) {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return blob && blob.size < file.size ? blob : file;
}

function toBase64(blob) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onerror = () => reject(reader.error);
        reader.onload = () => resolve(String(reader.result).split(",", 2)[1]);
        reader.readAsDataURL(blob);
    });
}
