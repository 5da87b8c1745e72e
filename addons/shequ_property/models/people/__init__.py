from . import data_access
from . import res_partner
from . import res_partner_id
from . import residency
from . import ticket
