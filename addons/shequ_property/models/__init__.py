from . import estate
from . import ticket
from . import people
from . import governance
