from . import estate
from . import ticket
