from . import test_disclosure
from . import test_disclosure_story
