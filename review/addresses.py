"""Every named address, and the rule that whoever calls it must meet: the access table as data.

What a rule asks of a person is decided in `permissions`, which joins the two; an address that is missing here is refused
there, and a test fails.
"""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """The name of a question in `permissions`."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    HOLDS_POST = "holds_post"
    WRITES_SHEETS = "writes_sheets"
    REVIEWS_OR_APPROVES = "reviews_or_approves"
    MAY_MANAGE_CYCLE = "may_manage_cycle"
    IS_REVIEWER = "is_reviewer"
    MAY_RETRY_JOBS = "may_retry_jobs"
    MAY_MANAGE_PEOPLE = "may_manage_people"
    SEES_BOARD = "sees_board"
    MAY_SEE_JOBS = "may_see_jobs"
    MAY_READ_AUDIT = "may_read_audit"
    IS_APPROVER = "is_approver"
    MAY_DOWNLOAD_YEAR = "may_download_year"
    MAY_SEE_CORRECTIONS = "may_see_corrections"
    MAY_PREPARE_CORRECTION = "may_prepare_correction"


RULED = {
    "healthz": Rule.ANYONE,
    "readyz": Rule.ANYONE,
    "set_language": Rule.ANYONE,
    "login": Rule.ANYONE,
    "logout": Rule.ANYONE,
    # asks for the code of whoever just gave the right password; nobody is signed in before it
    "second_factor": Rule.ANYONE,
    "second_factor_settings": Rule.SIGNED_IN,
    "single_sign_on": Rule.ANYONE,
    "single_sign_on_return": Rule.ANYONE,
    "password_change": Rule.SIGNED_IN,
    "password_change_done": Rule.SIGNED_IN,
    # the published editions
    "publication:index": Rule.ANYONE,
    "publication:year": Rule.ANYONE,
    "publication:measure": Rule.ANYONE,
    "publication:method": Rule.ANYONE,
    "publication:departments": Rule.ANYONE,
    "publication:errata": Rule.ANYONE,
    "publication:compare": Rule.ANYONE,
    "publication:run": Rule.ANYONE,
    "publication:open_data": Rule.ANYONE,
    "publication:schema": Rule.ANYONE,
    "publication:download": Rule.ANYONE,
    "publication:pdf": Rule.ANYONE,
    "publication:data": Rule.ANYONE,
    # the same for programs
    "api:root": Rule.ANYONE,
    "api:openapi": Rule.ANYONE,
    "api:editions": Rule.ANYONE,
    "api:edition": Rule.ANYONE,
    "api:measures": Rule.ANYONE,
    "api:measure": Rule.ANYONE,
    "api:indicators": Rule.ANYONE,
    "api:nothing": Rule.ANYONE,
    # record screens
    "meguri:home": Rule.ANYONE,
    "meguri:help": Rule.ANYONE,
    "meguri:sheet": Rule.HOLDS_POST,
    "meguri:mine": Rule.SIGNED_IN,
    "meguri:resume": Rule.HOLDS_POST,
    "meguri:entry": Rule.WRITES_SHEETS,
    "meguri:autosave": Rule.WRITES_SHEETS,
    "meguri:entry_book": Rule.WRITES_SHEETS,
    "meguri:upload": Rule.WRITES_SHEETS,
    "meguri:upload_review": Rule.WRITES_SHEETS,
    "meguri:upload_apply": Rule.WRITES_SHEETS,
    "meguri:evidence": Rule.HOLDS_POST,
    "meguri:evidence_file": Rule.HOLDS_POST,
    "meguri:evidence_add": Rule.WRITES_SHEETS,
    "meguri:evidence_remove": Rule.WRITES_SHEETS,
    "meguri:reading": Rule.WRITES_SHEETS,
    "meguri:comment": Rule.HOLDS_POST,
    "meguri:concurrence_ask": Rule.WRITES_SHEETS,
    "meguri:concurrence_answer": Rule.WRITES_SHEETS,
    "meguri:grade": Rule.REVIEWS_OR_APPROVES,
    "meguri:extend": Rule.MAY_MANAGE_CYCLE,
    "meguri:extension": Rule.WRITES_SHEETS,
    "meguri:extension_decide": Rule.MAY_MANAGE_CYCLE,
    "meguri:department_deadlines": Rule.MAY_MANAGE_CYCLE,
    "meguri:reminders": Rule.MAY_MANAGE_CYCLE,
    "meguri:nudge": Rule.MAY_MANAGE_CYCLE,
    "meguri:closing_days": Rule.MAY_MANAGE_CYCLE,
    "meguri:propose_outcome": Rule.IS_REVIEWER,
    "meguri:progress": Rule.HOLDS_POST,
    "meguri:files": Rule.HOLDS_POST,
    "meguri:bundle_make": Rule.MAY_RETRY_JOBS,
    "meguri:download": Rule.HOLDS_POST,
    "meguri:notices": Rule.SIGNED_IN,
    "meguri:notices_read": Rule.SIGNED_IN,
    "meguri:notice_settings": Rule.SIGNED_IN,
    "meguri:notice_texts": Rule.MAY_MANAGE_PEOPLE,
    "meguri:notice_text": Rule.MAY_MANAGE_PEOPLE,
    "meguri:cycles": Rule.MAY_MANAGE_CYCLE,
    "meguri:cycle": Rule.MAY_MANAGE_CYCLE,
    "meguri:scale": Rule.MAY_MANAGE_CYCLE,
    "meguri:definitions": Rule.IS_REVIEWER,
    "meguri:plan_changes": Rule.SEES_BOARD,
    "meguri:plan_change_new": Rule.IS_REVIEWER,
    "meguri:plan_change": Rule.SEES_BOARD,
    "meguri:people": Rule.MAY_MANAGE_CYCLE,
    "meguri:person": Rule.MAY_MANAGE_CYCLE,
    "meguri:hand_over": Rule.MAY_MANAGE_CYCLE,
    "meguri:person_new": Rule.MAY_MANAGE_PEOPLE,
    "meguri:people_import": Rule.MAY_MANAGE_PEOPLE,
    "meguri:departments": Rule.MAY_MANAGE_PEOPLE,
    "meguri:reorganise": Rule.MAY_MANAGE_PEOPLE,
    "meguri:reorganisation_withdraw": Rule.MAY_MANAGE_PEOPLE,
    "meguri:person_password": Rule.MAY_MANAGE_PEOPLE,
    "meguri:person_appoint": Rule.MAY_MANAGE_PEOPLE,
    "meguri:person_deactivate": Rule.MAY_MANAGE_PEOPLE,
    "meguri:person_reactivate": Rule.MAY_MANAGE_PEOPLE,
    "meguri:post_end": Rule.MAY_MANAGE_PEOPLE,
    "meguri:transfer": Rule.MAY_MANAGE_PEOPLE,
    # whose proxy one may name or withdraw is checked on the proxy itself
    "meguri:proxies": Rule.HOLDS_POST,
    "meguri:proxy_new": Rule.HOLDS_POST,
    "meguri:proxy_withdraw": Rule.HOLDS_POST,
    "meguri:proxy_read": Rule.SIGNED_IN,
    "meguri:jobs": Rule.MAY_SEE_JOBS,
    "meguri:retry_all": Rule.MAY_RETRY_JOBS,
    "meguri:job_retry": Rule.MAY_RETRY_JOBS,
    "meguri:job_give_up": Rule.MAY_RETRY_JOBS,
    "meguri:event_release": Rule.MAY_RETRY_JOBS,
    "meguri:mail_release": Rule.MAY_RETRY_JOBS,
    "meguri:audit": Rule.MAY_READ_AUDIT,
    "meguri:audit_export": Rule.MAY_READ_AUDIT,
    "meguri:access": Rule.SIGNED_IN,
    "meguri:personal_data": Rule.SIGNED_IN,
    "meguri:anonymise": Rule.MAY_MANAGE_PEOPLE,
    "meguri:second_factors": Rule.MAY_MANAGE_PEOPLE,
    "meguri:second_factor_off": Rule.MAY_MANAGE_PEOPLE,
    "meguri:meeting": Rule.REVIEWS_OR_APPROVES,
    "meguri:meeting_amend": Rule.REVIEWS_OR_APPROVES,
    # screens that move a flow
    "meguri:submit": Rule.WRITES_SHEETS,
    "meguri:recall": Rule.WRITES_SHEETS,
    "meguri:endorse": Rule.WRITES_SHEETS,
    "meguri:queue": Rule.IS_REVIEWER,
    "meguri:review": Rule.IS_REVIEWER,
    "meguri:withdraw_review": Rule.IS_REVIEWER,
    "meguri:together": Rule.IS_REVIEWER,
    "meguri:confirm_many": Rule.IS_REVIEWER,
    "meguri:claim": Rule.IS_REVIEWER,
    "meguri:record": Rule.IS_REVIEWER,
    "meguri:record_many": Rule.IS_REVIEWER,
    "meguri:drop_record": Rule.REVIEWS_OR_APPROVES,
    "meguri:board": Rule.SEES_BOARD,
    "meguri:board_print": Rule.SEES_BOARD,
    "meguri:approve": Rule.IS_APPROVER,
    "meguri:withdraw_approval": Rule.IS_APPROVER,
    "meguri:approve_many": Rule.IS_APPROVER,
    "meguri:confirm_records": Rule.IS_APPROVER,
    "meguri:decide_outcome": Rule.IS_APPROVER,
    "meguri:decide": Rule.IS_APPROVER,
    "meguri:open_year": Rule.MAY_MANAGE_CYCLE,
    "meguri:preview": Rule.MAY_DOWNLOAD_YEAR,
    "meguri:correction_preview": Rule.MAY_SEE_CORRECTIONS,
    "meguri:correction_start": Rule.MAY_PREPARE_CORRECTION,
    "meguri:correction": Rule.MAY_SEE_CORRECTIONS,
    "meguri:correction_items": Rule.MAY_PREPARE_CORRECTION,
    "meguri:correction_submit": Rule.MAY_PREPARE_CORRECTION,
    "meguri:correction_drop": Rule.MAY_PREPARE_CORRECTION,
    "meguri:correction_decide": Rule.IS_APPROVER,
}

# The published pages have the same rules in English, where their addresses are others.
RULED |= {
    name.replace("publication:", "publication_en:", 1): rule
    for name, rule in RULED.items()
    if name.startswith("publication:")
}
