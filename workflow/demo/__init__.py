"""The demonstration: one real year, driven through the true parts by people who do not exist."""
