from . import test_disclosure
from . import test_disclosure_story
from . import test_contract
from . import test_portal_promises
from . import test_promise_sheet
from . import test_round
from . import test_contract_disclosure
from . import test_round_tour
