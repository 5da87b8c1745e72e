"""QR codes as pictures that a page or a paper carries in itself."""

import base64
import io

import qrcode


def data_uri(text, box=5):
    """A QR code as the source of an ``img``.

    :param str text: what is read from it, such as an address
    :param int box: pixels of one of its squares
    """
    stream = io.BytesIO()
    qrcode.make(text, box_size=box, border=2).save(stream, "PNG")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"
