"""Text from outside inside Streamlit's Markdown."""

import re


def plain(text: str) -> str:
    """Escape a text so that Streamlit's Markdown shows it as it is, on one line and without turning it into links.

    Links are recognised after unescaping, so what starts one is broken by an invisible word joiner.
    """
    text = re.sub(
        r"(?i)@|www(?=\.)|https?:|(?:mailto|xmpp):", lambda found: f"{found[0]}\u2060", " ".join(text.split())
    )
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|~$:<>&])", r"\\\1", text)
