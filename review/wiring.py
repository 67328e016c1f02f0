"""What follows from what: event -> reactions, kind of job -> what does it, the parts of the sweep, Django's signals.

An event always makes its notices as well: who is notified of what stands in `notices/services/notice_table.py`.
"""

from functools import partial

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.backends.signals import connection_created

from review.background.services.tables import Tables
from review.books.services import artifacts, papers, workbooks
from review.domain.events import Event
from review.notices.services import asking, notifications
from review.operations.services import alarm, anchors, stored_files
from review.people.services import first_passwords, reorganisation_moves, representation
from review.plan.services import plan_files
from review.publication.services import bundle
from review.publication.views import plain_files
from review.screens.services import throttle
from review.screens.views import sessions
from review.sheet.services import concurrence
from review.sign_in.services import sign_in
from review.trail.services import audit_chain

YEAR = (workbooks.rebuild_year, papers.renew)
SHEET_AND_YEAR = (workbooks.rebuild_sheet, *YEAR)
PUBLISHED = (workbooks.build_edition, papers.build_edition, anchors.anchor_publication)

TABLES = Tables(
    always=(notifications.notify,),
    reactions={
        Event.CYCLE_OPENED: YEAR,
        Event.ACTUALS_SUBMITTED: SHEET_AND_YEAR,
        Event.SUBMISSION_ENDORSED: SHEET_AND_YEAR,
        Event.SUBMISSION_RECALLED: SHEET_AND_YEAR,
        Event.SUBMISSION_RETURNED: SHEET_AND_YEAR,
        Event.SUBMISSION_REVIEWED: SHEET_AND_YEAR,
        Event.APPROVAL_RETURNED: SHEET_AND_YEAR,
        Event.REVIEW_WITHDRAWN: SHEET_AND_YEAR,
        Event.APPROVAL_WITHDRAWN: SHEET_AND_YEAR,
        Event.MEASURE_APPROVED: SHEET_AND_YEAR,
        Event.MEASURE_SETTLED: SHEET_AND_YEAR,
        Event.PLAN_CHANGED: YEAR,
        Event.EDITION_PUBLISHED: PUBLISHED,
        Event.EDITION_CORRECTED: PUBLISHED,
    },
    jobs={
        workbooks.SHEET: workbooks.make_sheet,
        workbooks.YEAR: workbooks.make_year,
        workbooks.EDITION: workbooks.make_edition,
        papers.SHEET: papers.make_sheet,
        papers.BOOK: papers.make_book,
        papers.PACK: papers.make_pack,
        papers.EDITION: papers.make_edition,
        first_passwords.KIND: first_passwords.make,
        plan_files.KIND: plan_files.work_on,
        stored_files.KIND: stored_files.work_on,
        bundle.KIND: partial(bundle.make, pages=plain_files.site_as_of),
    },
    sweep=(
        reorganisation_moves.take_effect,
        representation.tell_ends,
        asking.ask_anew,
        concurrence.close_silent,
        artifacts.retire,
        artifacts.remove_orphans,
        throttle.remove_old,
        alarm.watch,
    ),
)

#: (signal of Django, what it calls)
SIGNALS = (
    (connection_created, audit_chain.teach_sqlite),
    (user_logged_in, sign_in.record_sign_in),
    (user_logged_in, sessions.begin),
    (user_logged_out, sign_in.record_sign_out),
    (user_login_failed, sign_in.record_failure),
)
