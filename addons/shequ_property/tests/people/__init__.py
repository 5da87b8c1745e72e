from . import test_login_codes
