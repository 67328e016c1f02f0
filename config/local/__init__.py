"""Starts real servers as plain processes of one machine: for the demo and the tests, never for the city."""
