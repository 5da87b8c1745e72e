from . import test_login_codes
from . import test_id_number
