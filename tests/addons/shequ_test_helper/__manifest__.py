{
    "name": "Shequ test helper",
    "summary": "For an ODOO_HOME of Debian, which leaves out a file",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "author": "shequ",
    "website": "https://github.com/shequ/shequ",
    "depends": ["mail"],
    "auto_install": True,
    "installable": True,
    "assets": {
        "web.assets_backend": [
            (
                "remove",
                "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            ),
        ],
    },
}
