"""Wiring: settings, Celery, URLs. Knows every storey; nothing imports it except to start."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
