"""The engine registers its own rows in Django's admin, as rows that can be edited: they are taken out again."""

from django.contrib import admin
from viewflow.workflow.models import Process, Task

admin.site.unregister([Process, Task])
