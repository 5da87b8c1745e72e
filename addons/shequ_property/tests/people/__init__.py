from . import test_id_number
