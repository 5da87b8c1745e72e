from . import test_media
