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
    "review:home": Rule.ANYONE,
    "review:help": Rule.ANYONE,
    "review:sheet": Rule.HOLDS_POST,
    "review:mine": Rule.SIGNED_IN,
    "review:resume": Rule.HOLDS_POST,
    "review:entry": Rule.WRITES_SHEETS,
    "review:autosave": Rule.WRITES_SHEETS,
    "review:entry_book": Rule.WRITES_SHEETS,
    "review:upload": Rule.WRITES_SHEETS,
    "review:upload_review": Rule.WRITES_SHEETS,
    "review:upload_apply": Rule.WRITES_SHEETS,
    "review:evidence": Rule.HOLDS_POST,
    "review:evidence_file": Rule.HOLDS_POST,
    "review:evidence_add": Rule.WRITES_SHEETS,
    "review:evidence_remove": Rule.WRITES_SHEETS,
    "review:reading": Rule.WRITES_SHEETS,
    "review:comment": Rule.HOLDS_POST,
    "review:concurrence_ask": Rule.WRITES_SHEETS,
    "review:concurrence_answer": Rule.WRITES_SHEETS,
    "review:grade": Rule.REVIEWS_OR_APPROVES,
    "review:extend": Rule.MAY_MANAGE_CYCLE,
    "review:extension": Rule.WRITES_SHEETS,
    "review:extension_decide": Rule.MAY_MANAGE_CYCLE,
    "review:department_deadlines": Rule.MAY_MANAGE_CYCLE,
    "review:reminders": Rule.MAY_MANAGE_CYCLE,
    "review:nudge": Rule.MAY_MANAGE_CYCLE,
    "review:closing_days": Rule.MAY_MANAGE_CYCLE,
    "review:propose_outcome": Rule.IS_REVIEWER,
    "review:progress": Rule.HOLDS_POST,
    "review:files": Rule.HOLDS_POST,
    "review:bundle_make": Rule.MAY_RETRY_JOBS,
    "review:download": Rule.HOLDS_POST,
    "review:notices": Rule.SIGNED_IN,
    "review:notices_read": Rule.SIGNED_IN,
    "review:notice_settings": Rule.SIGNED_IN,
    "review:notice_texts": Rule.MAY_MANAGE_PEOPLE,
    "review:notice_text": Rule.MAY_MANAGE_PEOPLE,
    "review:cycles": Rule.MAY_MANAGE_CYCLE,
    "review:cycle": Rule.MAY_MANAGE_CYCLE,
    "review:scale": Rule.MAY_MANAGE_CYCLE,
    "review:directions": Rule.IS_REVIEWER,
    "review:plan_changes": Rule.SEES_BOARD,
    "review:plan_change_new": Rule.IS_REVIEWER,
    "workflow:plan_change": Rule.SEES_BOARD,
    "review:people": Rule.MAY_MANAGE_CYCLE,
    "review:person": Rule.MAY_MANAGE_CYCLE,
    "review:hand_over": Rule.MAY_MANAGE_CYCLE,
    "review:person_new": Rule.MAY_MANAGE_PEOPLE,
    "review:people_import": Rule.MAY_MANAGE_PEOPLE,
    "review:departments": Rule.MAY_MANAGE_PEOPLE,
    "review:reorganise": Rule.MAY_MANAGE_PEOPLE,
    "review:reorganisation_withdraw": Rule.MAY_MANAGE_PEOPLE,
    "review:person_password": Rule.MAY_MANAGE_PEOPLE,
    "review:person_appoint": Rule.MAY_MANAGE_PEOPLE,
    "review:person_deactivate": Rule.MAY_MANAGE_PEOPLE,
    "review:person_reactivate": Rule.MAY_MANAGE_PEOPLE,
    "review:post_end": Rule.MAY_MANAGE_PEOPLE,
    "review:transfer": Rule.MAY_MANAGE_PEOPLE,
    # whose proxy one may name or withdraw is asked of the proxy itself
    "review:proxies": Rule.HOLDS_POST,
    "review:proxy_new": Rule.HOLDS_POST,
    "review:proxy_withdraw": Rule.HOLDS_POST,
    "review:proxy_read": Rule.SIGNED_IN,
    "review:jobs": Rule.MAY_SEE_JOBS,
    "review:retry_all": Rule.MAY_RETRY_JOBS,
    "review:job_retry": Rule.MAY_RETRY_JOBS,
    "review:job_give_up": Rule.MAY_RETRY_JOBS,
    "review:event_release": Rule.MAY_RETRY_JOBS,
    "review:mail_release": Rule.MAY_RETRY_JOBS,
    "review:audit": Rule.MAY_READ_AUDIT,
    "review:audit_export": Rule.MAY_READ_AUDIT,
    "review:access": Rule.SIGNED_IN,
    "review:personal_data": Rule.SIGNED_IN,
    "review:anonymise": Rule.MAY_MANAGE_PEOPLE,
    "review:second_factors": Rule.MAY_MANAGE_PEOPLE,
    "review:second_factor_off": Rule.MAY_MANAGE_PEOPLE,
    "review:meeting": Rule.REVIEWS_OR_APPROVES,
    "review:meeting_amend": Rule.REVIEWS_OR_APPROVES,
    # screens that move a flow
    "workflow:submit": Rule.WRITES_SHEETS,
    "workflow:recall": Rule.WRITES_SHEETS,
    "workflow:endorse": Rule.WRITES_SHEETS,
    "workflow:queue": Rule.IS_REVIEWER,
    "workflow:review": Rule.IS_REVIEWER,
    "workflow:withdraw_review": Rule.IS_REVIEWER,
    "workflow:together": Rule.IS_REVIEWER,
    "workflow:confirm_many": Rule.IS_REVIEWER,
    "workflow:claim": Rule.IS_REVIEWER,
    "workflow:record": Rule.IS_REVIEWER,
    "workflow:record_many": Rule.IS_REVIEWER,
    "workflow:drop_record": Rule.REVIEWS_OR_APPROVES,
    "workflow:board": Rule.SEES_BOARD,
    "workflow:board_print": Rule.SEES_BOARD,
    "workflow:approve": Rule.IS_APPROVER,
    "workflow:withdraw_approval": Rule.IS_APPROVER,
    "workflow:approve_many": Rule.IS_APPROVER,
    "workflow:confirm_records": Rule.IS_APPROVER,
    "workflow:decide_outcome": Rule.IS_APPROVER,
    "workflow:decide": Rule.IS_APPROVER,
    "workflow:open_year": Rule.MAY_MANAGE_CYCLE,
    "review:preview": Rule.MAY_DOWNLOAD_YEAR,
    "review:correction_preview": Rule.MAY_SEE_CORRECTIONS,
    "workflow:correction_start": Rule.MAY_PREPARE_CORRECTION,
    "workflow:correction": Rule.MAY_SEE_CORRECTIONS,
    "workflow:correction_items": Rule.MAY_PREPARE_CORRECTION,
    "workflow:correction_submit": Rule.MAY_PREPARE_CORRECTION,
    "workflow:correction_drop": Rule.MAY_PREPARE_CORRECTION,
    "workflow:correction_decide": Rule.IS_APPROVER,
}

# The published pages have the same rules in English, where their addresses are others.
RULED |= {
    name.replace("publication:", "publication_en:", 1): rule
    for name, rule in RULED.items()
    if name.startswith("publication:")
}
