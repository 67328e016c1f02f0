"""What every address answers to whom: written by hand, apart from the product's own table."""

from __future__ import annotations

# anonymous, contributor and head of the owner, related, other, reviewer, approver, administrator, auditor
EVERYONE, SIGNED_IN, NOBODY_HERE = "ooooooooo", "Loooooooo", "NNNNNNNNN"
READABLE, OWN, OWN_POST = "LoooNoooo", "LooNNFFFF", "LooooFFFF"
REVIEWER, APPROVER = "LFFFFoFFF", "LFFFFFoFF"
MANAGER, OPERATOR, TRAIL = "LFFFFoFoF", "LFFFFoFoo", "LFFFFFFoo"
PEOPLE = "LFFFFFFoF"
ALL_SHEETS, DECIDERS = "LFFFFoooo", "LFFFFooFF"

EXPECTED = {
    "metrics": NOBODY_HERE,  # without its token, which no person has
    "healthz": EVERYONE, "readyz": EVERYONE, "set_language": EVERYONE, "login": EVERYONE, "logout": EVERYONE,
    "password_change": SIGNED_IN, "password_change_done": SIGNED_IN, "second_factor_settings": SIGNED_IN,
    # without a password given before, back to the beginning
    "second_factor": "LLLLLLLLL",
    "single_sign_on": NOBODY_HERE, "single_sign_on_return": NOBODY_HERE,
    # nothing is published yet
    "publication:index": EVERYONE, "publication:plan": NOBODY_HERE, "publication:method": NOBODY_HERE,
    "publication:year": NOBODY_HERE,
    "publication:measure": NOBODY_HERE, "publication:download": NOBODY_HERE, "publication:data": NOBODY_HERE,
    "publication:departments": NOBODY_HERE, "publication:errata": NOBODY_HERE, "publication:summary": NOBODY_HERE, "publication:summary_data": NOBODY_HERE, "publication:run": NOBODY_HERE,
    "publication:share_picture": NOBODY_HERE, "publication:goal": NOBODY_HERE, "publication:goal_frame": NOBODY_HERE, "publication:goal_file": NOBODY_HERE,
    "publication:pdf": NOBODY_HERE, "publication:schema": NOBODY_HERE,
    "publication:compare": NOBODY_HERE, "publication:open_data": EVERYONE,
    "publication:feed": EVERYONE, "publication:plan_feed": NOBODY_HERE, "publication:sitemap": EVERYONE, "publication:catalog": EVERYONE,
    "robots": EVERYONE, "api:openapi": EVERYONE, "api:root": EVERYONE, "api:editions": NOBODY_HERE,
    "api:nothing": NOBODY_HERE, "api:edition": NOBODY_HERE, "api:measures": NOBODY_HERE,
    "api:measure": NOBODY_HERE, "api:indicators": NOBODY_HERE,
    "meguri:home": EVERYONE, "meguri:help": EVERYONE, "meguri:access": SIGNED_IN,
    "meguri:notice_settings": SIGNED_IN, "meguri:notice_texts": "LFFFFFFoF", "meguri:notice_text": "LFFFFFFoF",
    "meguri:extension": OWN, "meguri:extension_decide": MANAGER, "meguri:department_deadlines": MANAGER,
    "meguri:reminders": MANAGER, "meguri:nudge": MANAGER, "meguri:closing_days": MANAGER,
    "meguri:notices": SIGNED_IN, "meguri:notices_read": SIGNED_IN,
    "meguri:progress": SIGNED_IN, "meguri:files": SIGNED_IN,
    "meguri:sheet": READABLE, "meguri:evidence": READABLE, "meguri:evidence_file": READABLE,
    "meguri:download": READABLE, "meguri:comment": READABLE,
    "meguri:mine": SIGNED_IN, "meguri:resume": READABLE,
    "meguri:concurrence_ask": OWN, "meguri:concurrence_answer": "LNNoNFFFF",
    "meguri:entry": OWN, "meguri:autosave": OWN, "meguri:reading": OWN, "meguri:evidence_add": OWN,
    "meguri:evidence_remove": OWN, "meguri:submit": OWN, "meguri:recall": OWN, "meguri:endorse": OWN,
    # a department without a sheet of its own in the year has nothing to fill in
    "meguri:upload": OWN, "meguri:entry_book": OWN,
    # the file that one person sent is nobody else's
    "meguri:upload_review": "LoNNNFFFF", "meguri:upload_apply": "LoNNNFFFF",
    "meguri:withdraw_review": REVIEWER, "meguri:withdraw_approval": APPROVER,
    "meguri:queue": REVIEWER, "meguri:review": REVIEWER, "meguri:confirm_many": REVIEWER,
    "meguri:together": REVIEWER, "meguri:claim": REVIEWER, "meguri:record": REVIEWER, "meguri:record_many": REVIEWER,
    "meguri:definitions": REVIEWER, "meguri:propose_outcome": REVIEWER,
    "meguri:opinion_add": REVIEWER, "meguri:opinion_withdraw": REVIEWER,
    "meguri:grade": DECIDERS, "meguri:meeting": DECIDERS, "meguri:meeting_amend": DECIDERS,
    # what one person had done with many sheets is nobody else's to see
    "meguri:at_work": "LFFFFNNFF",
    "meguri:drop_record": DECIDERS, "meguri:board": ALL_SHEETS, "meguri:present": ALL_SHEETS,
    "meguri:confirm_records": APPROVER,
    "meguri:approve": APPROVER, "meguri:approve_many": APPROVER, "meguri:decide_outcome": APPROVER,
    "meguri:decide": APPROVER,
    "meguri:cycles": MANAGER, "meguri:plan": MANAGER, "meguri:cycle": MANAGER, "meguri:measures": MANAGER, "meguri:measure_new": MANAGER, "meguri:measure_edit": MANAGER, "meguri:measure_end": MANAGER, "meguri:scale": MANAGER, "meguri:year_form": MANAGER, "meguri:form_preview": MANAGER, "meguri:extend": MANAGER, "meguri:open_year": MANAGER,
    "meguri:correction_start": REVIEWER, "meguri:correction_items": REVIEWER, "meguri:correction": ALL_SHEETS,
    "meguri:preview": ALL_SHEETS, "meguri:correction_preview": ALL_SHEETS,
    "meguri:correction_submit": REVIEWER, "meguri:correction_drop": REVIEWER,
    "meguri:correction_decide": APPROVER,
    "meguri:jobs": OPERATOR,
    "meguri:paper_make": "LFFFFNNNN", "meguri:sheet_paper_make": READABLE,
    "meguri:bundle_make": "LFFFFNFNF",
    "meguri:retry_all": MANAGER, "meguri:job_retry": MANAGER, "meguri:job_give_up": MANAGER, "meguri:event_release": MANAGER,
    "meguri:mail_release": MANAGER, "meguri:mail_let_go": PEOPLE, "meguri:mail_test": PEOPLE, "meguri:announce": PEOPLE,
    "meguri:plan_changes": ALL_SHEETS, "meguri:plan_end": ALL_SHEETS, "meguri:summary": ALL_SHEETS,
    "meguri:summary_text": REVIEWER, "meguri:summary_measure": REVIEWER, "meguri:summary_submit": REVIEWER,
    "meguri:summary_reopen": REVIEWER, "meguri:next_plan": MANAGER, "meguri:first_year": MANAGER, "meguri:plan_change_new": REVIEWER, "meguri:structure": REVIEWER, "meguri:plan_change": ALL_SHEETS,
    "meguri:people": MANAGER, "meguri:person": MANAGER, "meguri:hand_over": MANAGER,
    "meguri:first_passwords": PEOPLE, "meguri:first_passwords_anew": PEOPLE, "meguri:city": PEOPLE, "meguri:plan_new": PEOPLE,
    "meguri:plan_appoint": PEOPLE,
    "meguri:plan_import": MANAGER, "meguri:plan_import_check": MANAGER, "meguri:plan_import_form": MANAGER,
    "meguri:people_import": PEOPLE, "meguri:departments": PEOPLE, "meguri:reorganise": PEOPLE, "meguri:department_list": PEOPLE,
    "meguri:reorganisation_withdraw": PEOPLE,
    "meguri:person_new": PEOPLE, "meguri:person_password": PEOPLE, "meguri:person_appoint": PEOPLE,
    "meguri:post_end": PEOPLE, "meguri:transfer": PEOPLE, "meguri:person_deactivate": PEOPLE,
    "meguri:person_reactivate": PEOPLE,
    "meguri:proxies": SIGNED_IN, "meguri:proxy_new": SIGNED_IN,
    # a proxy of somebody else is withdrawn by those who manage; a decision is read by the one represented
    "meguri:proxy_withdraw": "LNNNNoooN", "meguri:proxy_read": "LNNNNNNNN",
    "meguri:audit": TRAIL, "meguri:refused": TRAIL, "meguri:audit_export": TRAIL,
    "meguri:personal_data": SIGNED_IN,
    "meguri:anonymise": PEOPLE, "meguri:second_factors": PEOPLE, "meguri:second_factor_off": PEOPLE,
}  # fmt: skip

EXPECTED |= {
    name.replace("publication:", "publication_en:"): who
    for name, who in EXPECTED.items()
    if name.startswith("publication:")
}

#: Refused (403) behind an open door: by the sheet's state or by what was already done, told apart from the rule.
REFUSED_BY_STATE = {
    # the sheet waits for nobody's endorsement
    ("meguri:endorse", "contributor"), ("meguri:endorse", "head"),
    # what was submitted stands; grades wait for the sheet's judgement
    ("meguri:evidence_remove", "contributor"), ("meguri:evidence_remove", "head"),
    ("meguri:grade", "reviewer2"), ("meguri:grade", "approver"),
    # the administrator and the auditor read, and say nothing on a sheet
    ("meguri:comment", "administrator"), ("meguri:comment", "auditor"),
    # a reviewer reads who holds which post, and changes nobody
    ("meguri:person", "reviewer2"),
    # a change of the plan is read by those who see the board, and decided by an approver
    ("meguri:plan_change", "reviewer2"), ("meguri:plan_change", "administrator"),
    ("meguri:plan_change", "auditor"),
    # the next plan is the reviewers' as long as there are any
    ("meguri:measure_end", "administrator"),
    ("meguri:next_plan", "administrator"), ("meguri:first_year", "administrator"),
    # nor does anybody else bring files into a plan as long as it has reviewers
    ("meguri:plan_import", "administrator"), ("meguri:plan_import_check", "administrator"),
    ("meguri:plan_import_form", "administrator"),
}  # fmt: skip

# What a sender of forms would send, so that a refusal is the rule's and not the form's.
