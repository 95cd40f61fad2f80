"""How the stage looks: sizes in parts of the window, so that a projector of any shape is legible from the last row."""

import streamlit as st

STYLE = """<style>
[data-testid="stHeader"],[data-testid="stElementToolbar"],.st-key-header{display:none!important}
[data-testid="stMainBlockContainer"]{padding:0!important;max-width:none!important}
[data-testid="stMainBlockContainer"]>[data-testid="stVerticalBlock"]{gap:0}
.stage{--bar:3.75rem;--u:min(1dvh,.75dvw);position:fixed;inset:0 0 var(--bar);z-index:5;overflow:hidden;
 display:flex;gap:calc(3*var(--u));align-items:center;padding:calc(2.5*var(--u)) calc(3*var(--u));
 background:var(--ground);border-top:calc(1.2*var(--u)) solid var(--brand);line-height:1.2}
.stage p,.stage h2,.stage ol,.stage ul{margin:0;padding:0;list-style:none}
.stage .qr{flex:none;background:#fff;border-radius:calc(1.5*var(--u))}
.stage .qr img{display:block;width:min(75dvh,58dvw);height:auto;image-rendering:pixelated}
.stage .side{--u:min(1.35dvh,calc((100dvw - 75dvh - 4rem)/49));
 flex:1;min-width:0;max-height:100%;display:flex;flex-direction:column;gap:calc(3*var(--u))}
.stage .from{font-size:calc(3.4*var(--u));color:var(--brand-text)}
.stage .fleet{font-size:calc(6.6*var(--u));font-weight:700;overflow-wrap:anywhere;line-height:1.1;
 display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden;padding-bottom:.12em}
.stage.code .fleet{-webkit-line-clamp:2}
.stage .words{font-size:calc(4*var(--u));overflow-wrap:anywhere}
.stage .steps{display:flex;flex-direction:column;gap:calc(2.2*var(--u))}
.stage .steps li{display:flex;align-items:center;gap:calc(1.8*var(--u));font-size:calc(4.2*var(--u));opacity:.72}
.stage .steps i{flex:none;width:calc(6.4*var(--u));height:calc(6.4*var(--u));border-radius:50%;font-style:normal;
 display:grid;place-items:center;border:calc(.5*var(--u)) solid currentColor;font-weight:700;
 font-size:calc(3.6*var(--u))}
.stage .steps small{display:block;font-size:calc(2.8*var(--u));font-weight:400}
.stage .steps .done{opacity:1;font-weight:650}
.stage .steps .done i{background:var(--lit);border-color:var(--lit);color:var(--ground);
 animation:stage-lit .7s ease-out}
@keyframes stage-lit{from{transform:scale(.4);box-shadow:0 0 0 calc(6*var(--u)) var(--lit)}}
.stage .unseen{position:absolute;clip-path:inset(50%)}
.stage .wall{min-height:0;overflow:hidden;border-top:2px solid color-mix(in srgb,currentColor 25%,transparent);
 padding-top:calc(1.6*var(--u))}
.stage .wall h2{font-size:calc(2.8*var(--u));font-weight:650;margin-bottom:calc(1.2*var(--u))}
.stage .wall li{display:grid;grid-template-columns:1fr auto;gap:0 1em;font-size:calc(2.5*var(--u));
 padding:calc(.7*var(--u)) 0;opacity:.8}
.stage .wall li.on{opacity:1}
.stage .wall b{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.stage .wall li.on b::before{content:"● ";color:var(--lit)}
.stage .wall span{grid-row:2;grid-column:1/-1;font-size:calc(2.1*var(--u))}
/* The code was used: the steps take the whole stage, over the map that waits below. */
.stage.used{flex-direction:column;justify-content:center;background:color-mix(in srgb,var(--ground) 86%,transparent)}
.stage.used .side{--u:min(1dvh,.75dvw);flex:none;width:100%;gap:calc(7*var(--u));text-align:center}
.stage.used .fleet{font-size:calc(10*var(--u))}
.stage.used .wall{text-align:left}
.stage.used .wall ul{display:grid;grid-template-columns:repeat(3,1fr);gap:0 calc(5*var(--u))}
.stage.used .steps{flex-direction:row;justify-content:center;align-items:flex-start}
.stage.used .steps li{flex:1 1 0;max-width:calc(32*var(--u));flex-direction:column;font-size:calc(4.6*var(--u))}
.stage.used .steps i{width:calc(15*var(--u));height:calc(15*var(--u));font-size:calc(8*var(--u))}
/* On the map: only its words and the wall lie over it. */
.stage.live{background:none;pointer-events:none;align-items:flex-start;justify-content:space-between}
.stage.live .arrived{font-size:calc(7*var(--u));overflow-wrap:anywhere;
 padding:calc(1.5*var(--u)) calc(3*var(--u));border-radius:calc(2*var(--u));
 background:color-mix(in srgb,var(--ground) 88%,transparent);box-shadow:0 .5dvh 3dvh #0003}
.stage.live .words{background:var(--ground);padding:var(--u) calc(3*var(--u))}
.stage.live .wall{flex:none;width:calc(42*var(--u));border:0;border-radius:calc(2*var(--u));
 padding:calc(2*var(--u));max-height:60%;background:color-mix(in srgb,var(--ground) 88%,transparent)}
/* Not above 0: what Streamlit fades for a moment is no higher, and the words are to lie over the map even then. */
.st-key-stage_map [data-testid="stDeckGlJsonChart"]{position:fixed!important;inset:0;width:100dvw!important;
 height:100dvh!important;border-radius:0;z-index:0}
.st-key-stage_bar{position:fixed;inset:auto 0 0;z-index:20;height:3.75rem;padding:0 1rem!important;width:auto!important;
 background:var(--ground);border-top:1px solid color-mix(in srgb,currentColor 20%,transparent);flex-wrap:nowrap;
 overflow-x:auto}
.st-key-stage_bar>*{flex:none;width:auto!important}
.st-key-stage_bar>:last-child{margin-left:auto}
@media (max-aspect-ratio:1/1){
 .stage{--bar:9.5rem;--u:min(.62dvh,1.35dvw);flex-direction:column;justify-content:flex-start}
 .stage .qr img{width:min(60dvh,92dvw)}
 .stage .side,.stage.used .side{--u:min(.62dvh,1.35dvw);flex:0 1 auto;width:100%}
 .stage.code .steps{display:grid;grid-template-columns:1fr 1fr}
 .stage.used .steps{flex-direction:column;align-items:stretch}
 .stage.used .steps li{flex-direction:row;max-width:none;text-align:left}
 .stage.used .steps i{width:calc(10*var(--u));height:calc(10*var(--u));font-size:calc(5*var(--u))}
 .stage.live{justify-content:flex-start}
 .stage.live .wall{display:none}
 .stage.used .wall ul{grid-template-columns:1fr}
 .st-key-stage_bar{height:9.5rem;flex-wrap:wrap;align-content:center;gap:.25rem 1rem}
}
@media (prefers-reduced-motion:reduce){.stage .steps .done i{animation:none}}
</style>"""
LIT = {"light": "#14733f", "dark": "#4ade80"}
"""What has happened lights up in this colour."""


def show(theme: str) -> None:
    """Let the stage fill the window."""
    st.html(f"<style>:root{{--lit:{LIT[theme]}}}</style>{STYLE}")
