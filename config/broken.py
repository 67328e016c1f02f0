"""The page of an error that nobody foresaw. It needs nothing but itself: no template, catalogue, style file or database,
any of which may be what failed. It is in both languages, for the reader's choice may not be readable either."""

import base64
import hashlib
from html import escape

STYLE = """
body { margin: 0; padding: 2rem 1rem; background: #f6f7f8; color: #1a1f24; font: 1rem/1.8 sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem; background: #fff; border: 1px solid #c5ccd3; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.4; }
section + section { margin-top: 1.5rem; padding-top: 1rem; border-top: 1px solid #c5ccd3; }
a { color: #0b4f8a; }
"""
# What the Content-Security-Policy must name, so that the browser takes this style and no other.
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"

PAGE = """<!doctype html>
<html lang="ja">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>システムの不具合が起きました | めぐり</title>
  <style>{style}</style>
</head>
<body>
<main>
  <section>
    <p>エラー 500</p>
    <h1>システムの不具合が起きました</h1>
    <p>操作は取り消され、途中まで保存されたものはありません。</p>
    <p>時間をおいてもう一度お試しください。続く場合は、下の番号を添えて管理者に連絡してください。</p>
    <p>お問い合わせの際は、この番号をお伝えください: <strong>{reference}</strong></p>
    <p><a href="/">ホームへ戻る</a></p>
  </section>
  <section lang="en">
    <h2>Something went wrong</h2>
    <p>Nothing was half saved. Please try again later; if it happens again, tell the administrator the number
      <strong>{reference}</strong>.</p>
    <p><a href="/">Back to the home page</a></p>
  </section>
</main>
</body>
</html>
"""


def page(reference: str) -> str:
    """The whole page, with the number under which the log tells what happened."""
    return PAGE.replace("{style}", STYLE).replace("{reference}", escape(reference))
