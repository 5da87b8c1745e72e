{
    "name": "Shequ test votes",
    "summary": "Lets tests cast ballots over HTTP without a telephone",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "author": "shequ",
    "website": "https://github.com/shequ/shequ",
    "depends": ["shequ_property"],
    "auto_install": True,
}
