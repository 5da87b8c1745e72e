from . import append_only
