from . import shequ_vote
