from . import test_portal_report
from . import test_portal_tickets
from . import test_portal_neighbours
from . import test_portal_homes
from . import test_portal_home
from . import test_portal_access_table
from . import test_portal_services
