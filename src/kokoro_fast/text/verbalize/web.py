"""Addresses of the web and of mail, paths, names of files, hashtags, mentions."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import rule

_DOMAINS = (
    "com|org|net|edu|gov|io|dev|ai|co|uk|us|ca|de|fr|es|it|eu|info|app|me|tv|jp|in|au|ch|nl|se|no|xyz|tech|online|ly|gg|fm|"
    "be|blog"
)
_SPELLED = {
    "ai", "au", "bat", "ca", "cfg", "ch", "co", "cpp", "css", "csv", "de", "dll", "doc", "docx", "epub", "es", "eu",
    "htm", "rtf", "odt", "avi", "mov", "mkv", "apk",
    "exe", "flac", "fr", "ftp", "gif", "html", "http", "https", "ini", "io", "it", "jp", "jpg", "js", "log", "m4b",
    "md", "mp3", "mp4", "nl", "pdf", "php", "png", "ppt", "pptx", "py", "rb", "rs", "se", "sh", "sql", "svg", "toml",
    "ts", "tv", "txt", "uk", "us", "wav", "www", "xls", "xlsx", "xml", "xyz", "yaml", "yml",
}  # fmt: skip
_READ_AS_WORDS = {
    "usr": "user", "jpeg": "jpeg", "json": "jason", "gif": "gif", "log": "log", "bat": "bat", "src": "source",
    "lib": "lib", "bin": "bin", "toml": "toml", "yaml": "yaml", "epub": "e pub", "doc": "doc", "txt": "T X T",
    "zip": "zip", "bak": "back", "etc": "etcetera", "tmp": "temp", "mnt": "mount", "iso": "I S O",
}  # fmt: skip
_FILES = (
    "pdf|py|js|ts|md|txt|json|csv|xml|html|htm|css|cpp|java|rs|rb|go|sh|exe|dll|zip|gz|tar|png|jpeg|jpg|gif|svg|mp3|mp4|"
    "wav|flac|docx|doc|xlsx|xls|pptx|ppt|yaml|yml|toml|ini|cfg|log|bat|epub|m4b|sql|php|rtf|odt|avi|mov|mkv|iso|apk|bak|tsx|jsx|css|scss|lua|swift|kt"
)

_SIGNS = {
    ".": "dot", "/": "slash", "\\": "backslash", "-": "dash", "_": "underscore", "@": "at", ":": "colon",
    "?": "question mark", "=": "equals", "&": "and", "#": "hash", "+": "plus", "%": "percent", "~": "tilde",
}  # fmt: skip


_NO_VOWEL = re.compile(r"[b-df-hj-np-tv-xz]+")
"""Nobody can say it as a word."""


def spoken(address: str) -> str:
    """The words of an address, sign by sign."""
    words = []
    for part in re.findall(r"[A-Za-z]+|\d+|[^\w\s]|_|[^\W\d_]+", address):
        if part in _SIGNS:
            words.append(_SIGNS[part])
        elif part.isdecimal():
            words.append(spelling.number(part) if len(part) < 4 else spelling.digits(part))
        elif part.lower() in _READ_AS_WORDS:
            words.append(_READ_AS_WORDS[part.lower()])
        elif len(part) > 4 and part.isupper():
            words.append(part.lower())
        elif part.lower() in _SPELLED or (len(part) <= 3 and (part.isupper() or _NO_VOWEL.fullmatch(part))):
            words.append(spelling.letters(part))
        else:
            words.append(part)
    return " ".join(words)


_ALSO_WORDS = (".be", ".it", ".in", ".no", ".me", ".us")
"""Ends of addresses that are more often the next word after a full stop without a space."""


def _domain(match: re.Match[str]) -> str | None:
    address = match["address"]
    return None if address.count(".") == 1 and address.endswith(_ALSO_WORDS) else _address(match)


def _address(match: re.Match[str]) -> str:
    return spoken(re.sub(r"^https?://", "", match["address"]).rstrip("/"))


def _path(match: re.Match[str]) -> str | None:
    text = match[0]
    return spoken(text) if text.count("/") + text.count("\\") > 1 else None


def _product(name: str) -> str:
    return spelling.letters(name) if name.isupper() else name


RULES = (
    rule(r"(?<![\w@])(?P<address>https?://[^\s<>\"'“”]*[^\s<>\"'“”.,;:!?)\]])", _address, needs=("://",)),
    rule(r"(?<![\w@.])(?P<address>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)(?!\w)", _address, needs=("@",)),
    rule(r"(?<=\s)\.[a-z]{2,12}(?![\w.])", lambda m: spoken(m[0]), needs=(" .",)),
    rule(r"(?<=\s)\./[\w./-]*\w", lambda m: spoken(m[0]), needs=("./",)),
    rule(
        rf"(?<![\w@./])(?P<address>(?:www\.)?(?:[a-zA-Z0-9-]+\.)+(?:{_DOMAINS})"
        rf"(?::\d{{2,5}})?(?:/[\w./?=&#%~-]*[\w/])?)(?![\w@]|\.\w)",
        _domain,
        needs=tuple(f".{name}" for name in _DOMAINS.split("|")),
    ),
    rule(r"(?<![\w/.<])(?:~|\.{1,2})?(?:/[\w.-]*[\w-])+/?(?![\w>])", _path, needs=("/",)),
    rule(r"\b[A-Za-z]:\\[\w\\.-]*[\w\\]", lambda m: spoken(m[0]), needs=("\\",)),
    rule(r"(?<![\w/@.])(?P<name>[A-Z][a-z]+)\.js\b", lambda m: f"{m['name']} J S", needs=(".js",)),
    rule(
        rf"(?<![\w/@.])(?P<name>[\w-]+(?:\.[\w-]+)*)\.(?P<end>{_FILES})(?![\w@/]|\.\w)",
        lambda m: spoken(m[0]),
        needs=tuple(f".{name}" for name in _FILES.split("|")),
    ),
    rule(
        r"\b(?:localhost|[a-z][\w-]*\.local):\d{2,5}(?:/[\w./-]*\w)?",
        lambda m: spoken(m[0]),
        needs=("localhost", ".local"),
    ),
    rule(
        r"(?<![\w/.])(?P<site>[ru])/(?P<name>\w{2,})(?![\w/])",
        lambda m: f"{m['site'].upper()} slash {_split(m['name'])}",
        needs=("r/", "u/"),
    ),
    rule(r"(?<![\w&])#(?P<tag>[A-Za-z_]\w+)", lambda m: f"hashtag {_split(m['tag'])}", needs=("#",)),
    rule(r"(?<![\w@.])@(?P<name>[A-Za-z_]\w+)", lambda m: f"at {_split(m['name'])}", needs=("@",)),
    rule(r"\b(?P<name>[A-Z])#(?!\w)", lambda m: f"{m['name']} sharp", needs=("#",)),
    rule(
        r"(?:\b(?P<name>[A-Z]\w+))?\.NET\b", lambda m: f"{_product(m['name'] or '')} dot net".strip(), needs=(".NET",)
    ),
)


def _split(name: str) -> str:
    """ "BlackLivesMatter" -> "Black Lives Matter"."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)) or name
