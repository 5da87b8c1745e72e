# Odoo looks for modules called test_* in this package alone, so those of the
# folders are brought here.
from .estate import *  # noqa: F403
from .governance import *  # noqa: F403
from .people import *  # noqa: F403
from .portal import *  # noqa: F403
from .ticket import *  # noqa: F403
from .tools import *  # noqa: F403
from . import test_indexes
