"""What a load balancer and an operator ask: does the process live, and can it do its work?"""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tasks import health


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers. Touches nothing: a slow database is no reason to kill the web process."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 with every part `ok`, or 503 with a plain word for each part that is not. A few queries.

    A late delivery is reported and is no reason for 503: a mail server that is away must not take the screens away.
    """
    parts = {
        "database": health.database(),
        "migrations": health.migrations(),
        "broker": health.broker(),
        "sweep": health.sweep(),
    }
    failing = {name: problem for name, problem in parts.items() if problem}
    answer = {name: problem or "ok" for name, problem in {**parts, "delivery": health.delivery()}.items()}
    return JsonResponse(answer, status=503 if failing else 200, json_dumps_params={"ensure_ascii": False})
