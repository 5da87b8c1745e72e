from . import test_phone_intake
from . import test_channels
