from . import phone_intake
