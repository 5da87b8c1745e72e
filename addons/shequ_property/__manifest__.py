{
    "name": "Community Property",
    "summary": "Estates, residents, repair tickets with service deadlines, "
    "and a resident portal for property companies",
    "version": "19.0.1.0.0",
    "category": "Services/Property",
    "license": "LGPL-3",
    "author": "shequ",
    "website": "https://github.com/shequ/shequ",
    "depends": [
        "account",
        "base_automation",
        "phone_validation",
        "portal",
        "rating",
        "resource",
        "sms",
    ],
    "external_dependencies": {"python": ["PIL"]},
    "data": [
        # security
        "security/groups.xml",
        "security/ir.model.access.csv",
        # data
        # views
        "views/menus.xml",
    ],
    "assets": {},
    "application": True,
    "installable": True,
}
