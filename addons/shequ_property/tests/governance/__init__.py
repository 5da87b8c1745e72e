from . import test_vote
from . import test_vote_paper
from . import test_vote_portal
