"""Wiring: settings, Celery, URLs. Knows every layer; nothing imports it except to start."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
