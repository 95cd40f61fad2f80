// Asks for a run of what it stands in when the next snapshot is due, counts what changes by itself (how old the positions
// are, and the time), and writes numbers that are said elsewhere on the page. It stands in no place of its own.
const LOOK_MS = 250;
const WRITE_MS = 1000;
const HUSH_MS = 1500;

let pressed = -HUSH_MS;
let stop = () => {};

// What is pressed may lead to another page. A run of this one that meets its beginning leaves that page empty.
for (const kind of ["click", "keydown"]) {
  addEventListener(kind, () => (pressed = performance.now()), { capture: true, passive: true });
}

// Nobody looks, the server cannot hear, or a run is under way or about to be: what is due then is asked for later.
function isBusy() {
  const { testScriptState, testConnectionState } = document.querySelector('[data-testid="stApp"]')?.dataset ?? {};
  const idle = testScriptState === "notRunning" && testConnectionState === "CONNECTED";
  return document.hidden || !idle || performance.now() - pressed < HUSH_MS;
}

function joined(big, bigUnit, small, smallUnit) {
  return small ? `${big} ${bigUnit} ${small} ${smallUnit}` : `${big} ${bigUnit}`;
}

// As fleet/units.duration says it.
function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  if (whole < 60) return `${whole} s`;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const days = Math.floor(minutes / 60 / 24);
  return joined(days, days === 1 ? "day" : "days", Math.floor(minutes / 60) % 24, "h");
}

// The text is changed where it stands: the page goes on with the nodes that it made.
function write(selector, text) {
  for (const { firstChild: node } of document.querySelectorAll(selector)) {
    if (node && node.data !== text) node.data = text;
  }
}

export default function ({ data, setTriggerValue }) {
  stop();
  const taken = Date.now() - data.age * 1000;
  let due = data.due === null ? Infinity : performance.now() + data.due * 1000;

  function tell() {
    const now = new Date();
    if (data.age !== null) write(".pulse-age", `updated ${duration((now - taken) / 1000)} ago`);
    write(".pulse-time", now.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }));
    write(".pulse-day", now.toLocaleDateString("en-US", { weekday: "long", month: "long", day: "2-digit" }));
    for (const [selector, text] of Object.entries(data.texts)) write(selector, text);
  }
  function look() {
    if (performance.now() < due || isBusy()) return;
    due = performance.now() + data.retry * 1000;
    setTriggerValue("due", true);
  }

  function tellAndLook() {
    tell();
    look();
  }

  const timers = [setInterval(look, LOOK_MS), setInterval(tell, WRITE_MS)];
  document.addEventListener("visibilitychange", tellAndLook);
  // Streamlit may end an older one of these after the newest has begun.
  const stopThis = () => {
    timers.forEach(clearInterval);
    document.removeEventListener("visibilitychange", tellAndLook);
  };
  stop = stopThis;
  tellAndLook();
  return stopThis;
}
