"""The screens that move a flow: they ask workflow.steps, and never the services that decide."""
