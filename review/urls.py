"""Every address of the record screens (review:…) and of the published results (publication:…).

Who may call which stands in `permissions.ACCESS`; an address without a line there is refused.
"""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from review.views import (
    access_table,
    audit,
    cycles,
    directions,
    entry,
    evidence,
    files,
    help,
    home,
    jobs,
    notices,
    progress,
    publication,
    sheet,
    uploads,
)


class MeasureCode(StringConverter):
    """A 施策ID: 01-04."""

    regex = r"\d{2}-\d{2}"


class DataKind(StringConverter):
    """A form of the open data."""

    regex = "json|csv"


register_converter(MeasureCode, "code")
register_converter(DataKind, "kind")

screens = [
    path("", home.home, name="home"),
    path("help/", help.handbook, name="help"),
    path("mine/", entry.mine, name="mine"),
    # one sheet
    path("sheets/<int:pk>/", sheet.sheet, name="sheet"),
    path("sheets/<int:pk>/resume/", entry.resume, name="resume"),
    path("sheets/<int:pk>/entry/<int:step>/", entry.entry, name="entry"),
    path("sheets/<int:pk>/autosave/", entry.autosave, name="autosave"),
    path("sheets/<int:pk>/evidence/", evidence.evidence, name="evidence"),
    path("sheets/<int:pk>/evidence/add/", evidence.evidence_add, name="evidence_add"),
    path("evidence/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<int:pk>/remove/", evidence.evidence_remove, name="evidence_remove"),
    path("sheets/<int:pk>/reading/<int:number>/", entry.reading, name="reading"),
    path("sheets/<int:pk>/comment/", sheet.comment, name="comment"),
    path("sheets/<int:pk>/grade/", sheet.grade, name="grade"),
    path("sheets/<int:pk>/extend/", sheet.extend, name="extend"),
    path("sheets/<int:pk>/outcome/", sheet.propose_outcome, name="propose_outcome"),
    # the Excel round trip
    path("uploads/<int:year>/", uploads.upload, name="upload"),
    path("uploads/<int:year>/book/", uploads.entry_book, name="entry_book"),
    path("uploads/file/<int:pk>/", uploads.upload_review, name="upload_review"),
    path("uploads/file/<int:pk>/apply/", uploads.upload_apply, name="upload_apply"),
    # one year
    path("progress/<int:year>/", progress.progress, name="progress"),
    path("files/<int:year>/", files.files, name="files"),
    path("files/<int:pk>/download/", files.download, name="download"),
    path("cycles/", cycles.cycles, name="cycles"),
    path("cycles/<int:year>/", cycles.cycle, name="cycle"),
    path("cycles/<int:year>/directions/", directions.directions, name="directions"),
    path("cycles/<int:year>/meeting/", sheet.meeting, name="meeting"),
    # what a person was told
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    # the operator
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("jobs/<int:pk>/give-up/", jobs.job_give_up, name="job_give_up"),
    path("jobs/events/<int:pk>/release/", jobs.event_release, name="event_release"),
    path("jobs/mails/<int:pk>/release/", jobs.mail_release, name="mail_release"),
    path("audit/", audit.audit, name="audit"),
    path("access/", access_table.access, name="access"),
]

results = [
    path("", publication.index, name="index"),
    path("method/", publication.method, name="method"),
    path("<int:year>/", publication.year, name="year"),
    path("<int:year>/download/", publication.download, name="download"),
    path("<int:year>/data.<kind:kind>", publication.data, name="data"),
    path("<int:year>/<code:code>/", publication.measure, name="measure"),
    # older editions keep their own addresses
    path("<int:year>/editions/<int:number>/", publication.year, name="year"),
    path("<int:year>/editions/<int:number>/download/", publication.download, name="download"),
    path("<int:year>/editions/<int:number>/data.<kind:kind>", publication.data, name="data"),
    path("<int:year>/editions/<int:number>/<code:code>/", publication.measure, name="measure"),
]

urlpatterns = [
    path("", include((screens, "review"))),
    path("results/", include((results, "publication"))),
]
