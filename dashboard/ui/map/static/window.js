// Tells the script what only the browser knows: the map's size, whether it can be drawn, whether moves are welcome, and
// whether the hosted map can be reached. It stands in no place of its own.
const TOLERATED_PIXELS = 8;
const QUIET_MS = 300;
const LOOK_MS = 50;
const CHECK_MS = 60_000;

const said = { width: 0, height: 0, draws: false, still: false, unreachable: "" };
let stop = () => {};

function canDraw() {
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(context);
}

export default function ({ data, setStateValue }) {
  stop();
  said.draws ||= canDraw();
  said.still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const say = (news) => setStateValue("window", { ...Object.assign(said, news) });
  let timer;
  let checks;
  let ended = false;

  const sizes = new ResizeObserver(([entry]) => {
    clearTimeout(timer);
    if (!entry.target.isConnected) return look();
    const [width, height] = [entry.target.offsetWidth, entry.target.offsetHeight];
    const news = Math.max(Math.abs(width - said.width), Math.abs(height - said.height)) > TOLERATED_PIXELS;
    // At once when first known, and when a window is drawn larger once that is over.
    if (news && width && height) timer = setTimeout(() => say({ width, height }), said.width ? QUIET_MS : 0);
  });
  function look() {
    sizes.disconnect();
    const map = document.querySelector('[data-testid="stDeckGlJsonChart"]');
    if (map) sizes.observe(map);
    else timer = setTimeout(look, LOOK_MS);
  }
  async function check() {
    const answer = await fetch(data.style, { cache: "no-cache", credentials: "omit" }).catch(() => null);
    const unreachable = answer?.ok ? "" : data.style;
    if (ended) return;
    if (unreachable !== said.unreachable) say({ unreachable });
    checks = setTimeout(check, CHECK_MS);
  }

  if (data.keep) document.cookie = data.keep;
  if (!said.draws) say({});
  else look();
  if (data.style) check();
  stop = () => {
    ended = true;
    clearTimeout(timer);
    clearTimeout(checks);
    sizes.disconnect();
  };
  return () => {
    stop();
    said.width = said.height = 0;
  };
}
