from . import test_registry
from . import test_residency
from . import test_access
from . import test_users
from . import test_import
