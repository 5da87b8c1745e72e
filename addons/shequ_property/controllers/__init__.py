from . import portal_base
from . import portal_home
from . import portal_report
from . import portal_ticket
from . import portal_neighbours
from . import portal_family
from . import portal_login
from . import portal_privacy
