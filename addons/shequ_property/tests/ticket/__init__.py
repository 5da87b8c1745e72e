from . import test_phone_intake
