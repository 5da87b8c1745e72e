from . import test_id_number
from . import test_login_pages
