from . import test_phone_intake
from . import test_channels
from . import test_ticket_reports
from . import test_sla_clock
from . import test_sla_sweep
from . import test_cost
from . import test_model_case
