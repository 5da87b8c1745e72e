from . import estate
from . import ticket
from . import ir_websocket
from . import res_users
