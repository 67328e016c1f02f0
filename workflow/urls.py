"""The screens that move a flow. Who may call which stands in `review.addresses`."""

from django.urls import path

from workflow.views import (
    board,
    correction_items,
    corrections,
    deciding,
    desk,
    plan_changes,
    queue,
    records,
    summary,
    together,
    withdrawing,
    year,
)

screens = [
    # the department
    path("sheets/<int:pk>/submit/", desk.submit, name="submit"),
    path("sheets/<int:pk>/recall/", desk.recall, name="recall"),
    path("sheets/<int:pk>/endorse/", desk.endorse, name="endorse"),
    # the reviewing office
    path("plans/<plan:plan>/<int:year>/queue/", queue.queue, name="queue"),
    path("plans/<plan:plan>/<int:year>/queue/together/", together.together, name="together"),
    path("plans/<plan:plan>/<int:year>/queue/confirm/", together.confirm_many, name="confirm_many"),
    path("together/<int:pk>/", together.at_work, name="at_work"),
    path("sheets/<int:pk>/review/", deciding.review, name="review"),
    path("sheets/<int:pk>/review/withdraw/", withdrawing.withdraw_review, name="withdraw_review"),
    path("sheets/<int:pk>/claim/", deciding.claim, name="claim"),
    path("sheets/<int:pk>/record/", deciding.record, name="record"),
    path("sheets/<int:pk>/record/drop/", records.drop_record, name="drop_record"),
    path("plans/<plan:plan>/<int:year>/board/record/", records.record_many, name="record_many"),
    # the 本部
    path("plans/<plan:plan>/<int:year>/board/", board.board, name="board"),
    path("plans/<plan:plan>/<int:year>/board/measures/<code:code>/", board.present, name="present"),
    path("plans/<plan:plan>/<int:year>/board/confirm/", records.confirm_records, name="confirm_records"),
    path("plans/<plan:plan>/<int:year>/board/approve/", board.approve_many, name="approve_many"),
    path("sheets/<int:pk>/approve/", deciding.approve, name="approve"),
    path("sheets/<int:pk>/approve/withdraw/", withdrawing.withdraw_approval, name="withdraw_approval"),
    path("sheets/<int:pk>/outcome/decide/", board.decide_outcome, name="decide_outcome"),
    path("plans/<plan:short_name>/summary/", summary.summary, name="summary"),
    path("changes/<int:pk>/", plan_changes.plan_change, name="plan_change"),
    # the year
    path("plans/<plan:plan>/<int:year>/board/decide/", year.decide, name="decide"),
    path("plans/<plan:plan>/<int:year>/open/", year.open_year, name="open_year"),
    # what is corrected after the publication
    path("plans/<plan:plan>/<int:year>/corrections/start/", corrections.start, name="correction_start"),
    path("corrections/<int:pk>/", corrections.correction, name="correction"),
    path("corrections/<int:pk>/submit/", corrections.submit, name="correction_submit"),
    path("corrections/<int:pk>/drop/", corrections.drop, name="correction_drop"),
    path("corrections/<int:pk>/decide/", corrections.decide, name="correction_decide"),
    path("corrections/<int:pk>/<code:code>/", correction_items.items, name="correction_items"),
]
