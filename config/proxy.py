"""Behind a proxy that the settings do not know of: said in words, where a redirect would lead to itself for ever."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

UNKNOWN = (
    "リバースプロキシは HTTPS で受けていますが、めぐりの設定がそれを知りません。環境変数 MEGURI_BEHIND_PROXY を on にして、"
    "めぐりを起動し直してください。プロキシは、外から来た X-Forwarded-Proto を必ず自分の値で置き換えてください。\n"
    "The proxy speaks HTTPS and Meguri is not told so: set MEGURI_BEHIND_PROXY=on and restart.\n"
)


class ProxyMiddleware(MiddlewareMixin):
    """Before Django's redirect to HTTPS. Who forges the header without a proxy gets these words, and nothing else."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """None lets the request on."""
        says_https = request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        if settings.SECURE_SSL_REDIRECT and says_https and not request.is_secure():
            return HttpResponse(UNKNOWN, status=503, content_type="text/plain; charset=utf-8")
        return None
