"""The style of the page Sharing."""

import streamlit as st

STYLE = """<style>
/* The copy button shows without a hover, which fingers do not have. */
[data-testid="stCode"] :is(div,button,span){visibility:visible!important;opacity:1!important}
[data-testid="stCode"] pre{padding-right:3.5rem!important}
[data-testid="stCaptionContainer"],[data-testid="stCaptionContainer"] p{color:inherit;opacity:1}
[data-testid="stCaptionContainer"]{opacity:.78}
.share-made{display:flex;flex-wrap:wrap;gap:1.25rem;align-items:center}
.share-made img{width:min(11rem,100%);image-rendering:pixelated;background:#fff;border-radius:8px;display:block}
.share-made div{flex:1 1 16rem;min-width:0;overflow-wrap:anywhere}
.share-made p{margin:.3rem 0;line-height:1.45}
.share-made .label{font-size:1.35rem;font-weight:650;line-height:1.25}
</style>"""


def show() -> None:
    """Add the page's style."""
    st.html(STYLE)
