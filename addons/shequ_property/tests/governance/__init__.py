from . import test_vote
