"""How long an example takes tells how busy the machine is, not whether a law holds."""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")
