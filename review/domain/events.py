"""The events of the year: facts, in the past tense. Their names are stored; they never change."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    CYCLE_OPENED = "CycleOpened"
    ACTUALS_SUBMITTED = "ActualsSubmitted"
    SUBMISSION_ENDORSED = "SubmissionEndorsed"
    SUBMISSION_RECALLED = "SubmissionRecalled"
    SUBMISSION_RETURNED = "SubmissionReturned"
    SUBMISSION_REVIEWED = "SubmissionReviewed"
    MEASURE_APPROVED = "MeasureApproved"
    MEASURE_SETTLED = "MeasureSettled"
    OUTCOME_REFUSED = "OutcomeRefused"
    APPROVAL_RETURNED = "ApprovalReturned"
    DECISIONS_RECORDED = "DecisionsRecorded"
    RECORD_REFUSED = "RecordRefused"
    CYCLE_READY = "CycleReady"
    EDITION_PUBLISHED = "EditionPublished"
    CORRECTION_SUBMITTED = "CorrectionSubmitted"
    CORRECTION_RETURNED = "CorrectionReturned"
    EDITION_CORRECTED = "EditionCorrected"
    NEXT_CYCLE_DRAFTED = "NextCycleDrafted"
    DEADLINE_NEAR = "DeadlineNear"
    DEADLINE_PASSED = "DeadlinePassed"
    DEADLINE_ESCALATED = "DeadlineEscalated"
    NUDGED = "Nudged"
    EXTENSION_ASKED = "ExtensionAsked"
    EXTENSION_GRANTED = "ExtensionGranted"
    EXTENSION_REFUSED = "ExtensionRefused"
    JOB_FAILED = "JobFailed"
    DELIVERY_LATE = "DeliveryLate"
    PROXY_NAMED = "ProxyNamed"
    PROXY_WITHDRAWN = "ProxyWithdrawn"
    DECIDED_BY_PROXY = "DecidedByProxy"
    WORK_HANDED_OVER = "WorkHandedOver"
