"""What is reviewed, and what may be done to it."""

#: As in pyproject.toml, which an installation does not have beside it.
VERSION = "1.0.0"
