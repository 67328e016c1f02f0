"""/metrics for Prometheus, in its text form (version 0.0.4): absent (404) until MEGURI_METRICS_TOKEN is set."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from review import VERSION
from review.operations.services import signs


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every sign of `signs.read` as two gauges: its number, and whether it is an alarm. No label names a person."""
    token = settings.MEGURI_METRICS_TOKEN
    if not token or not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        raise Http404
    lines = ["# TYPE meguri_info gauge", f'meguri_info{{version="{VERSION}"}} 1']
    rows = signs.read()
    for sign in rows:
        name = f"meguri_{sign.name}" + ("" if sign.unit == signs.COUNT else f"_{sign.unit}")
        lines += [f"# TYPE {name} gauge", f"{name} {sign.value:.0f}".replace("nan", "NaN")]
    lines += [
        "# TYPE meguri_alarm gauge",
        *(f'meguri_alarm{{sign="{sign.name}"}} {int(bool(sign.alarm))}' for sign in rows),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
