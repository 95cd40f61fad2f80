"""The style of the invitations page: the card is paper in both themes, captions are readable in both."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

STYLE = """<style>
/* The copy button shows without a hover, which fingers do not have. */
[data-testid="stCode"] :is(div,button,span){visibility:visible!important;opacity:1!important}
[data-testid="stCode"] pre{padding-right:3.5rem!important}
[data-testid="stCaptionContainer"],[data-testid="stCaptionContainer"] p{color:inherit;opacity:1}
[data-testid="stCaptionContainer"]{opacity:.78}
[data-testid="stLayoutWrapper"]:has(>.st-key-invite-enter){display:none}
.invite-card{background:#fff;color:#16202c;border:1px solid #c9d1da;border-top:8px solid var(--brand);
 border-radius:12px;padding:1.25rem;display:flex;flex-wrap:wrap;gap:1.25rem;align-items:center;font-size:1rem}
.invite-card img{width:min(19rem,100%);height:auto;image-rendering:pixelated;background:#fff;display:block}
.invite-card .qr{flex:0 0 auto;max-width:100%}
.invite-card .say{flex:1 1 15rem;min-width:0;overflow-wrap:anywhere}
.invite-card .from{font-size:1rem;color:#45525f;margin:0}
.invite-card .fleet{font-size:1.5rem;font-weight:700;line-height:1.25;margin:.1rem 0 .7rem}
.invite-card p,.invite-card ol{margin:.5rem 0;line-height:1.45;color:#16202c}
.invite-card ol{padding-left:1.3rem}
.invite-card .until{color:#45525f}
/* What the chosen row of a table offers stays in sight: beside the table, on a phone at the foot of the screen. */
[data-testid="stColumn"]:has([class*="st-key-chosen-"]){position:sticky;top:4.5rem;align-self:flex-start}
[class*="st-key-chosen-"]{background:var(--ground);overflow-wrap:anywhere}
@media (max-width:640px){
 [data-testid="stColumn"]:has([class*="st-key-chosen-"]){top:auto;bottom:0;z-index:5}
 [class*="st-key-chosen-"]{max-height:55dvh;overflow-y:auto;flex-wrap:nowrap}
}
.funnel{display:grid;grid-template-columns:minmax(7.5rem,auto) 1fr;gap:.3rem .75rem;align-items:center;margin:.5rem 0}
.funnel .bar{background:var(--bar,#0b6e6e);color:#fff;border-radius:4px;height:1.9rem;min-width:2px}
.funnel .row{display:flex;align-items:center;gap:.5rem}
.funnel .n{font-variant-numeric:tabular-nums;white-space:nowrap}
</style>"""


def show() -> None:
    """Add the page's style."""
    st.html(STYLE)


def table_and_choice(name: str) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Return the place of a table, and of what its chosen row offers, which stays in sight. `name` is the table's."""
    table, choice = st.columns([7, 3])
    return table, choice.container(border=True, key=f"chosen-{name}")
