// Tells the script what only the browser knows: how large the map is and what lies over its edges, whether it can be
// drawn, whether moves are welcome, and whether a hosted map can be reached. It stands in no place of its own.
const TOLERATED_PIXELS = 8;
const FIRST_LOOKS_MS = 50;
const LOOK_MS = 200;
const SETTLED_LOOKS = 25;
const SETTLED_MS = 1000;
const CHECK_MS = 60_000;
const CHECK_PATIENCE_MS = 10_000;
const NOTHING = { width: 0, height: 0, top: 0, right: 0, bottom: 0, left: 0 };

const NO_GRAPHICS_CARD = /swiftshader|llvmpipe|softpipe|software|basic render/i;

let drawn = null;
let sizes = NOTHING;
let alike = 0;
let unreachable = "";
let touched = 0;
let stop = () => {};

// A hand on the map: from then on it stays where the hand leaves it.
for (const kind of ["pointerdown", "wheel"]) {
  const note = (event) => {
    if (event.target.closest?.('[data-testid="stDeckGlJsonChart"]')) touched = performance.now();
  };
  addEventListener(kind, note, { capture: true, passive: true });
}

// Whether the map can be drawn, and whether the processor does it, which is slow.
function drawing() {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return { draws: false, slow: false };
  const named = context.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER;
  const slow = NO_GRAPHICS_CARD.test(context.getParameter(named));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return { draws: true, slow };
}

// The map's size, and how much of it is covered at each edge: what lies over it counts for the edge where it leaves
// most of the map free.
function measured(map, overlying) {
  const box = map?.getBoundingClientRect();
  if (!box?.width || !box.height) return null;
  const found = { ...NOTHING, width: Math.round(box.width), height: Math.round(box.height) };
  for (const element of overlying) {
    const one = element.getBoundingClientRect();
    if (!one.width || !one.height || one.right <= box.left || one.left >= box.right) continue;
    if (one.bottom <= box.top || one.top >= box.bottom) continue;
    const covered = [
      ["top", one.bottom - box.top, box.width],
      ["right", box.right - one.left, box.height],
      ["bottom", box.bottom - one.top, box.width],
      ["left", one.right - box.left, box.height],
    ];
    const [edge, pixels] = covered.reduce((best, next) => (next[1] * next[2] < best[1] * best[2] ? next : best));
    found[edge] = Math.max(found[edge], Math.round(pixels));
  }
  return found;
}

const differ = (one, other) => Object.keys(one).some((name) => Math.abs(one[name] - other[name]) > TOLERATED_PIXELS);

export default function ({ data, setStateValue }) {
  stop();
  if (!drawn?.draws) drawn = drawing();
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const say = () => {
    const untouched = (performance.now() - touched) / 1000;
    setStateValue("window", { ...sizes, ...drawn, still, unreachable, untouched });
  };
  let ended = false;
  let before = NOTHING;
  let checks;
  let looks;

  // The first word at once, later ones when what changes has come to rest.
  function look() {
    const map = document.querySelector('[data-testid="stDeckGlJsonChart"]');
    const overlying = document.querySelectorAll(data.over);
    const now = measured(map, overlying);
    const rests = !sizes.width || (now && !differ(now, before));
    alike = now && rests ? alike + 1 : 0;
    if (now) {
      before = now;
      for (const element of [map, ...overlying]) resized.observe(element);
      if (rests && differ(now, sizes)) {
        sizes = now;
        alike = 0;
        say();
      }
    }
    lookIn(sizes.width ? (alike > SETTLED_LOOKS ? SETTLED_MS : LOOK_MS) : FIRST_LOOKS_MS);
  }
  function lookIn(milliseconds) {
    clearTimeout(looks);
    looks = setTimeout(look, milliseconds);
  }
  // Each look has the browser work out where everything is. It tells of sizes by itself, but not of places.
  const resized = new ResizeObserver(() => lookIn(FIRST_LOOKS_MS));
  async function check() {
    const signal = AbortSignal.timeout(CHECK_PATIENCE_MS);
    const asked = fetch(data.style, { cache: "no-cache", credentials: "omit", signal });
    const answer = await asked.catch(() => null);
    if (ended) return;
    const found = answer?.ok ? "" : data.style;
    if (found !== unreachable) {
      unreachable = found;
      say();
    }
    checks = setTimeout(check, CHECK_MS);
  }

  if (data.keep) document.cookie = data.keep;
  if (data.style) check();
  else unreachable = "";
  if (!drawn.draws) say();
  look();
  const stopThis = () => {
    ended = true;
    resized.disconnect();
    clearTimeout(looks);
    clearTimeout(checks);
  };
  stop = stopThis;
  // Streamlit may end an older one of these after the newest has begun.
  return () => {
    stopThis();
    if (stop === stopThis) sizes = NOTHING;
  };
}
