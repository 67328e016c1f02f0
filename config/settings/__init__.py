"""Settings: `dev` for a developer's machine and the demo, `test` for pytest, `prod` for the city."""
