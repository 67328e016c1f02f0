"""Every address of the record screens (`screens`, in the namespace meguri:) and of the published results (publication:…).

Who may call which stands in `addresses.RULED`; an address without a line there is refused.
"""

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from review.assessment.views import definitions, help, meetings
from review.books.views import uploads
from review.deadlines.views import deadlines, reminders
from review.domain import measure_codes
from review.ending.views import next_plan, plan_end, summary
from review.models.plan import SHORT_NAME
from review.notices.views import notice_settings, notice_texts, notices
from review.operations.views import audit, jobs, operator, personal_data
from review.people.views import city, departments, first_passwords, people, people_import, proxies, transfers
from review.plan.views import measures, new_plan, plan_changes, plan_import, plan_people, plans, structure
from review.publication.views import api, files, preview, publication
from review.screens.views import access_table
from review.sheet.views import concurrence, entry, evidence, extensions, home, opinions, sheet
from review.sign_in.views import second_factor
from review.year.views import cycles, form_preview, progress, scale, year_forms


class MeasureCode(StringConverter):
    """A 施策ID: 01-04, 1-~2460~."""

    regex = r"[A-Za-z0-9_().~-]{1,180}"

    def to_python(self, value: str) -> str:
        return measure_codes.of_address(value)

    def to_url(self, value: str) -> str:
        return measure_codes.address(value)


class PlanName(StringConverter):
    """The short name of a plan: dx. A word that stands in an address is none: `plans.reserved`."""

    regex = SHORT_NAME


class DataFile(StringConverter):
    """A file of the open data."""

    regex = r"[a-z]+(?:[.-][a-z]+){1,3}"


register_converter(PlanName, "plan")
register_converter(MeasureCode, "code")
register_converter(DataFile, "file")

screens = [
    path("", home.home, name="home"),
    path("help/", help.handbook, name="help"),
    path("help/<slug:role>/", help.handbook, name="help"),
    path("mine/", entry.mine, name="mine"),
    # one sheet
    path("sheets/<int:pk>/", sheet.sheet, name="sheet"),
    path("sheets/<int:pk>/paper/", files.sheet_paper_make, name="sheet_paper_make"),
    path("sheets/<int:pk>/resume/", entry.resume, name="resume"),
    path("sheets/<int:pk>/entry/<int:step>/", entry.entry, name="entry"),
    path("sheets/<int:pk>/autosave/", entry.autosave, name="autosave"),
    path("sheets/<int:pk>/evidence/", evidence.evidence, name="evidence"),
    path("sheets/<int:pk>/evidence/add/", evidence.evidence_add, name="evidence_add"),
    path("evidence/<int:pk>/", evidence.evidence_file, name="evidence_file"),
    path("evidence/<int:pk>/remove/", evidence.evidence_remove, name="evidence_remove"),
    path("sheets/<int:pk>/reading/<int:number>/", entry.reading, name="reading"),
    path("sheets/<int:pk>/comment/", sheet.comment, name="comment"),
    path("sheets/<int:pk>/concurrence/", concurrence.ask, name="concurrence_ask"),
    path("concurrence/<int:pk>/", concurrence.answer, name="concurrence_answer"),
    path("sheets/<int:pk>/grade/", sheet.grade, name="grade"),
    path("sheets/<int:pk>/extend/", sheet.extend, name="extend"),
    path("sheets/<int:pk>/extension/", extensions.ask, name="extension"),
    path("extensions/<int:pk>/decide/", extensions.decide, name="extension_decide"),
    path("sheets/<int:pk>/opinions/", opinions.add, name="opinion_add"),
    path("opinions/<int:pk>/withdraw/", opinions.withdraw, name="opinion_withdraw"),
    path("sheets/<int:pk>/outcome/", sheet.propose_outcome, name="propose_outcome"),
    # the Excel round trip
    path("plans/<plan:plan>/<int:year>/uploads/", uploads.upload, name="upload"),
    path("plans/<plan:plan>/<int:year>/uploads/book/", uploads.entry_book, name="entry_book"),
    path("uploads/file/<int:pk>/", uploads.upload_review, name="upload_review"),
    path("uploads/file/<int:pk>/apply/", uploads.upload_apply, name="upload_apply"),
    # one year
    path("plans/<plan:plan>/<int:year>/progress/", progress.progress, name="progress"),
    path("plans/<plan:plan>/<int:year>/files/", files.files, name="files"),
    path("plans/<plan:plan>/<int:year>/files/papers/", files.paper_make, name="paper_make"),
    path("plans/<plan:plan>/<int:year>/files/editions/<int:number>/site/", files.bundle_make, name="bundle_make"),
    path("files/<int:pk>/download/", files.download, name="download"),
    path("cycles/", cycles.cycles, name="cycles"),
    path("plans/<plan:plan>/<int:year>/", cycles.cycle, name="cycle"),
    path("plans/<plan:plan>/<int:year>/scale/", scale.scale, name="scale"),
    path("plans/<plan:plan>/<int:year>/form/", year_forms.year_form, name="year_form"),
    path("plans/<plan:plan>/<int:year>/form/<slug:what>/", form_preview.form_preview, name="form_preview"),
    path("plans/<plan:plan>/<int:year>/form/<slug:what>/<str:page>/", form_preview.form_preview, name="form_preview"),
    path("plans/<plan:plan>/<int:year>/departments/", deadlines.departments, name="department_deadlines"),
    path("plans/<plan:plan>/<int:year>/reminders/", reminders.reminders, name="reminders"),
    path("plans/<plan:plan>/<int:year>/nudge/", reminders.nudge, name="nudge"),
    path("closing-days/", deadlines.closing, name="closing_days"),
    path("plans/<plan:plan>/<int:year>/definitions/", definitions.definitions, name="definitions"),
    path("plans/<plan:plan>/<int:year>/meeting/", meetings.meeting, name="meeting"),
    path("meetings/<int:pk>/", meetings.meeting_amend, name="meeting_amend"),
    # the coming edition before it is published
    path("plans/<plan:plan>/<int:year>/preview/", preview.preview, name="preview"),
    path("plans/<plan:plan>/<int:year>/preview/<str:page>/", preview.preview, name="preview"),
    path("preview/corrections/<int:pk>/", preview.correction_preview, name="correction_preview"),
    path("preview/corrections/<int:pk>/<str:page>/", preview.correction_preview, name="correction_preview"),
    # notices
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    # the plan, and its changes in mid-plan
    path("plans/new/", new_plan.plan_new, name="plan_new"),
    path("plans/<plan:plan>/", plans.plan, name="plan"),
    path("plans/<plan:plan>/import/", plan_import.plan_import, name="plan_import"),
    path("plans/<plan:plan>/import/check/", plan_import.plan_import_check, name="plan_import_check"),
    path("plans/<plan:plan>/import/blank/", plan_import.plan_import_form, name="plan_import_form"),
    path("plans/<plan:plan>/people/new/", plan_people.plan_appoint, name="plan_appoint"),
    path("plans/<plan:plan>/<int:year>/changes/", plan_changes.plan_changes, name="plan_changes"),
    path("plans/<plan:plan>/<int:year>/structure/", structure.structure, name="structure"),
    path("plans/<plan:plan>/<int:year>/measures/", measures.measures, name="measures"),
    path("plans/<plan:plan>/<int:year>/new-measure/", measures.measure_new, name="measure_new"),
    path("plans/<plan:plan>/<int:year>/measures/<code:code>/", measures.measure_edit, name="measure_edit"),
    path("plans/<plan:plan>/<int:year>/measures/<code:code>/end/", measures.measure_end, name="measure_end"),
    path(
        "plans/<plan:plan>/<int:year>/changes/new/<slug:change>/", plan_changes.plan_change_new, name="plan_change_new"
    ),
    path("plans/<plan:short_name>/end/", plan_end.plan_end, name="plan_end"),
    path("plans/<plan:short_name>/summary/text/", summary.summary_text, name="summary_text"),
    path("plans/<plan:short_name>/summary/submit/", summary.summary_submit, name="summary_submit"),
    path("plans/<plan:short_name>/summary/reopen/", summary.summary_reopen, name="summary_reopen"),
    path("plans/<plan:short_name>/summary/measures/<code:code>/", summary.summary_measure, name="summary_measure"),
    path("plans/<plan:short_name>/next/", next_plan.next_plan, name="next_plan"),
    path("plans/<plan:plan>/first-year/", cycles.first_year, name="first_year"),
    # people
    path("people/", people.people, name="people"),
    path("people/import/", people_import.people_import, name="people_import"),
    path("people/passwords/", first_passwords.passwords, name="first_passwords"),
    path("people/passwords/anew/", first_passwords.anew, name="first_passwords_anew"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/password/", people.person_password, name="person_password"),
    path("people/<int:pk>/appoint/", people.person_appoint, name="person_appoint"),
    path("people/<int:pk>/transfer/", transfers.transfer, name="transfer"),
    path("people/<int:pk>/hand-over/", transfers.hand_over, name="hand_over"),
    path("people/<int:pk>/deactivate/", people.person_deactivate, name="person_deactivate"),
    path("people/<int:pk>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("people/posts/<int:pk>/end/", people.post_end, name="post_end"),
    path("departments/", departments.departments, name="departments"),
    path("departments/list/", departments.department_list, name="department_list"),
    path("departments/reorganise/<slug:manner>/", departments.reorganise, name="reorganise"),
    path("departments/<int:pk>/withdraw/", departments.reorganisation_withdraw, name="reorganisation_withdraw"),
    path("city/", city.city, name="city"),
    path("proxies/", proxies.proxies, name="proxies"),
    path("proxies/new/", proxies.proxy_new, name="proxy_new"),
    path("proxies/<int:pk>/withdraw/", proxies.proxy_withdraw, name="proxy_withdraw"),
    path("proxies/decisions/<int:pk>/read/", proxies.proxy_read, name="proxy_read"),
    path("notices/settings/", notice_settings.settings, name="notice_settings"),
    path("notices/texts/", notice_texts.texts, name="notice_texts"),
    path("notices/texts/<str:key>/", notice_texts.text, name="notice_text"),
    # the operator
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/retry-all/", jobs.retry_all, name="retry_all"),
    path("jobs/<int:pk>/retry/", jobs.job_retry, name="job_retry"),
    path("jobs/<int:pk>/give-up/", jobs.job_give_up, name="job_give_up"),
    path("jobs/events/<int:pk>/release/", jobs.parked_release, {"kind": "event"}, name="event_release"),
    path("jobs/mails/let-go/", jobs.mail_let_go, name="mail_let_go"),
    path("jobs/mails/<int:pk>/release/", jobs.parked_release, {"kind": "mail"}, name="mail_release"),
    path("jobs/mails/test/", operator.mail_test, name="mail_test"),
    path("jobs/announce/", operator.announce, name="announce"),
    path("audit/", audit.audit, name="audit"),
    path("audit/refused/", operator.refused, name="refused"),
    path("audit/export/", audit.export, name="audit_export"),
    path("access/", access_table.access, name="access"),
    # people, as far as their names and their sign-in go
    path("personal-data/", personal_data.personal_data_page, name="personal_data"),
    path("personal-data/<int:pk>/anonymise/", personal_data.anonymise, name="anonymise"),
    path("second-factors/", second_factor.second_factors, name="second_factors"),
    path("second-factors/<int:pk>/off/", second_factor.second_factor_off, name="second_factor_off"),
]

# One edition of a plan: the year's current one, and every one under its number.
edition = [
    path("", publication.page("year"), name="year"),
    path("departments/", publication.page("departments"), name="departments"),
    path("errata/", publication.page("errata"), name="errata"),
    path("download/", publication.download, name="download"),
    path("book.pdf", publication.pdf, name="pdf"),
    path("share.png", publication.share_picture, name="share_picture"),
    path("<file:name>", publication.data, name="data"),
    path("<code:code>/", publication.page("measure"), name="measure"),
    path("<code:code>/goals/<int:goal>/", publication.page("goal"), name="goal"),
    path("<code:code>/goals/<int:goal>/frame/", publication.goal_frame, name="goal_frame"),
    path("<code:code>/goals/<int:goal>/<file:name>", publication.goal_file, name="goal_file"),
]

results: list[URLPattern | URLResolver] = [
    path("", publication.page("index"), name="index"),
    path("data/", publication.page("open_data"), name="open_data"),
    path("feed.xml", publication.feed, name="feed"),
    path("sitemap.xml", publication.sitemap, name="sitemap"),
    path("catalog.jsonld", publication.catalog, name="catalog"),
    path("schema/<file:name>", publication.schema, name="schema"),
    path("<plan:plan>/", publication.page("plan"), name="plan"),
    path("<plan:plan>/feed.xml", publication.feed, name="plan_feed"),
    path("<plan:plan>/method/", publication.page("method"), name="method"),
    path("<plan:plan>/compare/", publication.page("compare"), name="compare"),
    path("<plan:plan>/run/<code:code>/", publication.page("run"), name="run"),
    path("<plan:plan>/<int:year>/", include(edition)),
    path("<plan:plan>/<int:year>/editions/<int:number>/", include(edition)),
    path("<plan:short_name>/summary/", publication.page("summary"), name="summary"),
    path("<plan:short_name>/summary/<int:number>/", publication.page("summary"), name="summary"),
    path("<plan:short_name>/summary/<int:number>/<file:name>", publication.summary_data, name="summary_data"),
]

interface = [
    path("", api.plans, name="root"),
    path("openapi.json", api.openapi, name="openapi"),
    path("plans/<plan:plan>/editions", api.editions_list, name="editions"),
    path("plans/<plan:plan>/years/<int:year>", api.edition, name="edition"),
    path("plans/<plan:plan>/years/<int:year>/measures", api.measures, name="measures"),
    path("plans/<plan:plan>/years/<int:year>/measures/<code:code>", api.measure, name="measure"),
    path("plans/<plan:plan>/years/<int:year>/indicators", api.indicators, name="indicators"),
    path("plans/<plan:plan>/years/<int:year>/editions/<int:number>", api.edition, name="edition"),
    path("plans/<plan:plan>/years/<int:year>/editions/<int:number>/measures", api.measures, name="measures"),
    path("plans/<plan:plan>/years/<int:year>/editions/<int:number>/measures/<code:code>", api.measure, name="measure"),
    path("plans/<plan:plan>/years/<int:year>/editions/<int:number>/indicators", api.indicators, name="indicators"),
    path("<path:rest>", api.nothing, name="nothing"),
]

urlpatterns = [
    path("robots.txt", publication.robots, name="robots"),
    path("api/v1/", include((interface, "api"))),
    # the same pages in English; before the others, among whose plans there is no "en"
    path("results/en/", include((results, "publication"), namespace="publication_en")),
    path("results/", include((results, "publication"))),
]
