"""What the tasks hand down: words for the errors that only Celery knows."""

from celery.exceptions import SoftTimeLimitExceeded

from review.background.services.tables import Tables

TABLES = Tables(
    causes={
        SoftTimeLimitExceeded: (
            "決められた時間内に終わりませんでした。間をあけて自動で再実行します。"
            "続く場合は、照会番号を添えて管理者に連絡してください。"
        )
    }
)
