"""The nouns of the review, one file each."""

from review.models.artifact import Artifact
from review.models.audit import AuditEntry, AuditLink
from review.models.concurrence import Concurrence
from review.models.cycle import Cycle, CycleState
from review.models.evidence import Evidence
from review.models.installation import City, FirstPassword
from review.models.job import Heartbeat, Job, JobState
from review.models.notification import Mail, MailState, NoticeChoice, NoticeText, Notification
from review.models.opinion import Opinion
from review.models.organization import Appointment, Department, Role, User
from review.models.outbox import OutboxEvent
from review.models.plan import (
    Indicator,
    IndicatorYear,
    Measure,
    MeasureYear,
    Plan,
    PlanField,
    ScheduleItem,
    TargetChange,
)
from review.models.plan_change import ChangeKind, ChangeState, PlanChange
from review.models.plan_summary import PlanSummary, SummaryDecision, SummaryEdition
from review.models.plan_upload import PlanUpload
from review.models.proxy import LaterReading, Proxy
from review.models.publication import Correction, CorrectionDecision, CorrectionItem, Edition, edition_label
from review.models.reminding import ClosingDay, Extension, ReminderPause
from review.models.reorganisation import Reorganisation
from review.models.sheet import (
    Decision,
    ItemComment,
    MeasureReview,
    Meeting,
    Outcome,
    Rating,
    RecordedDecision,
    ReviewState,
    Step,
    Submission,
    Verdict,
)
from review.models.sign_in import LinkedIdentity, RecoveryCode, SecondFactor, Tally
from review.models.upload import EntryBook, Upload
