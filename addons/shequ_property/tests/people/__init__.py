from . import test_id_number
from . import test_leak
from . import test_leak_http
from . import test_masking
from . import test_rights
