from . import test_id_number
from . import test_login_codes
from . import test_login_pages
from . import test_registration
