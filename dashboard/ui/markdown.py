"""Text from outside inside Streamlit's Markdown."""

import re

# Recognised after unescaping, in the finished text: links, pictures for short codes, and signs made of others.
_LINKS = r"(?i:@|www(?=\.)|https?:|(?:mailto|xmpp):)"
_SHORT_CODES = r":(?=[\w+\-/]+:)"
_SIGNS = r"(?<!\S)(?:<-(?=>?(?!\S))|-(?=[>-](?!\S))|[<>~](?==(?!\S)))"
_BROKEN = re.compile(f"{_LINKS}|{_SHORT_CODES}|{_SIGNS}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])")


def plain(text: str) -> str:
    """Escape a text so that Streamlit's Markdown shows it as it is: one line, no links, pictures or icons.

    What Streamlit recognises in spite of that is broken by an invisible word joiner.
    """
    broken = _BROKEN.sub(lambda found: f"{found[0]}\u2060", " ".join(text.split()))
    return _SPECIAL.sub(r"\\\1", broken)
