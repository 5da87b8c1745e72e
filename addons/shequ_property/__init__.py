from . import controllers
from . import models
from . import wizards


def uninstall_hook(env):
    env["shequ.ticket.day"]._drop_sequences()
    env["shequ.disclosure.file"]._drop_guard()
