"""The events of the year: facts, in the past tense. Their names are stored; they never change."""

from __future__ import annotations

from enum import StrEnum

from review.domain.fields import gettext_noop


class Event(StrEnum):
    """What happened: the stored name, and its word for the operator."""

    label: str

    def __new__(cls, name: str, label: str = "") -> Event:
        """The member is its name."""
        member = str.__new__(cls, name)
        member._value_, member.label = name, label
        return member

    CYCLE_OPENED = "CycleOpened", gettext_noop("年度の開始")
    ACTUALS_SUBMITTED = "ActualsSubmitted", gettext_noop("提出")
    SUBMISSION_ENDORSED = "SubmissionEndorsed", gettext_noop("所属長の確認")
    SUBMISSION_RECALLED = "SubmissionRecalled", gettext_noop("取下げ")
    SUBMISSION_RETURNED = "SubmissionReturned", gettext_noop("差戻し")
    SUBMISSION_REVIEWED = "SubmissionReviewed", gettext_noop("確認")
    CONCURRENCE_ASKED = "ConcurrenceAsked", gettext_noop("合議の依頼")
    CONCURRENCE_ASKED_AGAIN = "ConcurrenceAskedAgain", gettext_noop("合議の再依頼")
    CONCURRENCE_ANSWERED = "ConcurrenceAnswered", gettext_noop("合議の回答")
    DEFINITION_AWAITED = "DefinitionAwaited", gettext_noop("指標の定義の確認の依頼")
    COMMENTED = "Commented", gettext_noop("コメント")
    MEASURE_APPROVED = "MeasureApproved", gettext_noop("承認")
    MEASURE_SETTLED = "MeasureSettled", gettext_noop("未提出・対象外の決定")
    OUTCOME_REFUSED = "OutcomeRefused", gettext_noop("未提出・対象外の提案の却下")
    APPROVAL_RETURNED = "ApprovalReturned", gettext_noop("承認からの差戻し")
    REVIEW_WITHDRAWN = "ReviewWithdrawn", gettext_noop("確認の取消し")
    APPROVAL_WITHDRAWN = "ApprovalWithdrawn", gettext_noop("承認の取消し")
    DECISIONS_RECORDED = "DecisionsRecorded", gettext_noop("本部の決定の記録")
    RECORD_REFUSED = "RecordRefused", gettext_noop("本部の決定の記録の不採用")
    CYCLE_READY = "CycleReady", gettext_noop("全施策の承認")
    EDITION_PUBLISHED = "EditionPublished", gettext_noop("公表")
    CORRECTION_SUBMITTED = "CorrectionSubmitted", gettext_noop("訂正の決定の依頼")
    CORRECTION_RETURNED = "CorrectionReturned", gettext_noop("訂正の差戻し")
    EDITION_CORRECTED = "EditionCorrected", gettext_noop("訂正")
    NEXT_CYCLE_DRAFTED = "NextCycleDrafted", gettext_noop("次年度の準備")
    PLAN_ENDED = "PlanEnded", gettext_noop("計画期間の終わり")
    SUMMARY_SUBMITTED = "SummarySubmitted", gettext_noop("計画期間の総括の決定の依頼")
    SUMMARY_RETURNED = "SummaryReturned", gettext_noop("計画期間の総括の差戻し")
    SUMMARY_PUBLISHED = "SummaryPublished", gettext_noop("計画期間の総括の公表")
    DEADLINE_NEAR = "DeadlineNear", gettext_noop("期限前のお知らせ")
    DEADLINE_PASSED = "DeadlinePassed", gettext_noop("期限後のお知らせ")
    DEADLINE_ESCALATED = "DeadlineEscalated", gettext_noop("期限後の所属長へのお知らせ")
    DECISION_CALLED = "DecisionCalled", gettext_noop("公表の決定の期限のお知らせ")
    NUDGED = "Nudged", gettext_noop("督促")
    STEP_ASKED = "StepAsked", gettext_noop("新しい担当者への依頼")
    DEADLINES_CHANGED = "DeadlinesChanged", gettext_noop("期限の変更")
    EXTENSION_ASKED = "ExtensionAsked", gettext_noop("期限の延長の依頼")
    EXTENSION_GRANTED = "ExtensionGranted", gettext_noop("期限の延長")
    EXTENSION_REFUSED = "ExtensionRefused", gettext_noop("期限の延長の見送り")
    JOB_FAILED = "JobFailed", gettext_noop("処理の失敗")
    DELIVERY_LATE = "DeliveryLate", gettext_noop("お知らせやメールの遅れ")
    ANCHOR_LATE = "AnchorLate", gettext_noop("監査記録の外部の控えの遅れ")
    OPERATION_ALARM = "OperationAlarm", gettext_noop("運用の警報")
    PROXY_NAMED = "ProxyNamed", gettext_noop("代決者の指名")
    PROXY_WITHDRAWN = "ProxyWithdrawn", gettext_noop("代決者の指名の取消し")
    PROXY_ENDED = "ProxyEnded", gettext_noop("代決の終わり")
    PROXY_RESUMED = "ProxyResumed", gettext_noop("代決の再開")
    DECIDED_BY_PROXY = "DecidedByProxy", gettext_noop("代決")
    WORK_HANDED_OVER = "WorkHandedOver", gettext_noop("仕事の引継ぎ")
    PLAN_CHANGE_PROPOSED = "PlanChangeProposed", gettext_noop("計画の変更の提案")
    PLAN_CHANGED = "PlanChanged", gettext_noop("計画の変更")
    PLAN_CHANGE_REFUSED = "PlanChangeRefused", gettext_noop("計画の変更の不採用")
    DEPARTMENTS_REORGANISED = "DepartmentsReorganised", gettext_noop("組織改正")
