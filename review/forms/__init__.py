"""Forms: what the screens ask for. What may be kept is decided by the services."""
