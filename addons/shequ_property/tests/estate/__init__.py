from . import test_registry
from . import test_residency
from . import test_access
from . import test_users
from . import test_duplicates
from . import test_labels
from . import test_moves
from . import test_roll
