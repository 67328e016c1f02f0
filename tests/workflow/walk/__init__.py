"""Any person, any act, any order: a walk through the whole flow, and what must hold after each of its steps."""
