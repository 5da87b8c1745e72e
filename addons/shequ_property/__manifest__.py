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
        "security/ticket_rules.xml",
        # data
        "data/ir_config_parameter.xml",
        "data/shequ.skill.csv",
        "data/shequ.ticket.category.csv",
        "data/rating_tags.xml",
        "data/ir_cron_ticket.xml",
        # views
        "views/menus.xml",
        "views/ticket/ticket_views.xml",
        "views/ticket/ticket_category_views.xml",
        "views/ticket/team_views.xml",
        "views/ticket/worker_views.xml",
        "views/ticket/skill_views.xml",
        "views/ticket/rating_tag_views.xml",
    ],
    "assets": {},
    "uninstall_hook": "uninstall_hook",
    "application": True,
    "installable": True,
}
