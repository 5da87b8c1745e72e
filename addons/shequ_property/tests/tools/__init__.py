from . import test_media
from . import test_similar
from . import test_anonymise
from . import test_sla
from . import test_address
from . import test_phone
from . import test_search_terms
from . import test_privacy
