"""A mail to the operator alone, sent while they wait: does the way to the mail server work?"""

from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.utils.translation import gettext as _

from review.mail.services.mail_server import NO_ENTRY, MailServer, ServerAway, code_of
from review.models import Mail, User
from review.trail.services import audit


def send(*, user: User) -> str:
    """'' where the server took the mail, else why it did not, in a sentence. Waits for the server, and goes out though
    mail is held: nobody else gets it."""
    refusal = (
        _send(user)
        if user.email
        else _("あなたのメールアドレスが登録されていません。「利用者と部署」で登録してください。")
    )
    audit.write(user, "mail.test", f"user:{user.key}", after={"refusal": refusal})
    return refusal


def _send(user: User) -> str:
    body = _("「処理の状況」から送った、試しのメールです。届いていれば、めぐりからメールを送れます。")
    try:
        with MailServer() as server:
            server.open()
            host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
            mail = Mail(
                address=user.email, message_id=make_msgid(domain=host), subject=_("めぐりの試しのメール"), body=body
            )
            server.send(mail)  # stored nowhere: what is asked is whether the way is open now
    except ServerAway as away:
        if str(away) == NO_ENTRY:
            return _("メールサーバーが接続を断りました。利用者名とパスワードの設定を確かめてください。")
        return _("メールサーバーが応答しません。EMAIL_HOST と EMAIL_PORT、途中のファイアウォールを確かめてください。")
    except Exception as error:  # whatever the mail library or the server objects to is the answer
        words = _("メールサーバーが断りました(応答 %(code)s)。差出人 DEFAULT_FROM_EMAIL と宛先を確かめてください。")
        return words % {"code": code_of(error) or type(error).__name__}
    return ""
