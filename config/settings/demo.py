"""What `make demo` serves: the embedded default, behaving towards a browser as the city's installation does."""

from config.settings.base import *  # noqa: F403
from config.settings.base import STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}

# The city's addresses, and the page on which one enters as anybody (config/local is not in the city's image).
ROOT_URLCONF = "config.local.urls"
# In no table of the city's: an installation that served them would refuse everybody.
OPEN_ADDRESSES = ("demo:start", "demo:enter")
