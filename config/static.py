"""Which files of the apps reach a browser."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class OurStaticFiles(StaticFilesConfig):
    """Leaves Viewflow's own screens out: we use its engine only, and its style sheets name fonts it does not ship."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "viewflow"]
