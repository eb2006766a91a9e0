"""Settings of the property tests: the first call may load the calendar, so no clock on examples."""

from hypothesis import settings

settings.register_profile("huikuan", deadline=None, print_blob=True)
settings.load_profile("huikuan")
