"""What the browser tests and the screenshots stand on: servers as processes of their own, and a watched page."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import httpx
import zxingcpp
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Response,
    expect,
)

Theme = Literal["light", "dark"]
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT.parent / "shared" / "catena-api" / "examples"
START_SECONDS = 60
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 45_000
PHONE = (
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
"""As which a phone's browser names itself."""
LISTEN_TO_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  window.violated(`${event.violatedDirective}: ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`));"""
FORGETTING = """if (!sessionStorage.getItem("opened")) {
  localStorage.clear();
  sessionStorage.setItem("opened", "yes");
}"""
"""The first page of a tab finds nothing that another one has stored."""
WITHOUT_LAND = """{
  const ask = window.fetch;
  const nothing = () => new Response("[]", {headers: {"Content-Type": "application/json"}});
  window.fetch = async (what, ...how) =>
    String(what.url ?? what).includes("assets/basemap/") ? nothing() : ask(what, ...how);
}"""
"""Not by a route of Playwright's: that would turn the browser's cache off."""
WITHOUT_PICTURE = """{
  for (const name of ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"])
    WebGL2RenderingContext.prototype[name] = () => {};
}"""
"""deck.gl loads, lays out and animates as ever, but draws nothing."""
FEW_FRAMES = """{
  let last = 0;
  window.requestAnimationFrame = (draw) => {
    const now = performance.now();
    const wait = Math.max(0, last + 150 - now);
    return setTimeout(() => draw(last = performance.now()), wait);
  };
  window.cancelAnimationFrame = clearTimeout;
}"""
"""A frame comes at most each 150 ms.

Each frame with a thousand vehicles keeps a processor busy for a tenth of a second in software graphics.
"""
# Streamlit keeps the map's view in a React property, and tells nobody. Each part of React's tree has an older twin;
# what hangs on the root is what is drawn.
READ_VIEW = """() => {
  let node = document.querySelector('[data-testid="stDeckGlJsonChart"] canvas');
  const key = () => Object.keys(node).find((name) => name.startsWith("__reactFiber$"));
  while (!key()) node = node.parentElement;
  let root = node[key()];
  while (root.return) root = root.return;
  for (const open = [root.stateNode.current]; open.length; ) {
    const fiber = open.pop();
    const view = fiber.memoizedProps && fiber.memoizedProps.viewState;
    if (view && "longitude" in view) {
      const { longitude, latitude, zoom } = view;
      return { longitude, latitude, zoom, names: Object.keys(view) };
    }
    open.push(...[fiber.sibling, fiber.child].filter(Boolean));
  }
}"""


def chromium_path() -> str:
    """The Chromium to drive; a RuntimeError that says what to do where there is none."""
    names = (os.environ.get("CATENA_TEST_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise RuntimeError(
            "The browser tests need Chromium. Run `sh scripts/ensure_chromium.sh`, or set CATENA_TEST_CHROMIUM to "
            "the path of a Chromium or Chrome."
        )
    return found


def launch(playwright: Playwright, *flags: str) -> Browser:
    """A headless Chromium with software graphics, and more flags."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=[*CHROMIUM_FLAGS, *flags])


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process(Protocol):
    """What is needed of a running process, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int:
        """Its number, which is its group's as well."""

    def poll(self) -> int | None:
        """The exit code; None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def wait(self, timeout: float) -> int:
        """Wait for the exit code; `subprocess.TimeoutExpired` when the seconds are over."""


@dataclass
class Server:
    """A process of ours that answers HTTP."""

    url: str
    """Without a slash at the end."""
    log_path: Path
    process: Process
    folder: Path = ROOT
    """Where it runs."""

    def log(self) -> str:
        """Everything that it has written so far."""
        return self.log_path.read_text(errors="replace")

    @property
    def entrance(self) -> str:
        """The address that lets a browser in: with the key that the start has printed, if it has."""
        found = re.search(r"\?key=[\w-]+", self.log())
        return f"{self.url}/{found[0] if found else ''}"

    def wait_until(self, address: str) -> None:
        """Wait until an address is answered with 200; AssertionError with the log if it never is."""

        def answered() -> bool:
            try:
                return httpx.get(address, timeout=5).status_code == 200
            except httpx.TransportError:
                return False

        self._wait(answered, address)

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if condition():
                return
            time.sleep(0.1)
        raise AssertionError(f"{what} did not answer. The log says:\n{self.log()}")

    def stop(self) -> None:
        """End it."""
        end(self.process)


def end(process: Process) -> None:
    """End a process and what it started, in order if it obeys within 10 seconds."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def start(
    command: Sequence[str], environ: Mapping[str, str], log_path: Path, url: str, folder: Path = ROOT
) -> Server:
    """Start a command in a folder, with an environment that no setting of the caller leaks into."""
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(log_path.parent, environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Server(url, log_path, process, folder)


def run(command: Sequence[str], environ: Mapping[str, str], log_path: Path, url: str) -> Server:
    """Start one of the repository's modules."""
    return start([sys.executable, *command], environ, log_path, url)


def environment(home: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a user who has set nothing but `environ`."""
    ours = ("CATENA_", "STREAMLIT_", "MAKE", "MFLAGS", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONUNBUFFERED": "1", "HOME": str(home), **environ}


def project(folder: Path, *, secrets: str = "", base_path: str = "") -> Path:
    """A new folder that holds the project as a user has it: installed, with a `.streamlit` of its own.

    `secrets` is the content of secrets.toml, `base_path` what config.toml says.
    """
    place = Path(tempfile.mkdtemp(prefix="project-", dir=folder))
    for entry in ROOT.iterdir():
        if not entry.name.startswith("."):
            (place / entry.name).symlink_to(entry)
    installed = place / ".venv"
    installed.mkdir()
    (installed / "bin").symlink_to(Path(sys.executable).parent)
    (installed / ".runtime").touch()  # newer than requirements.txt: `make run` has nothing to install
    configured = place / ".streamlit"
    configured.mkdir()
    config = (ROOT / ".streamlit" / "config.toml").read_text()
    if base_path:
        config = config.replace("[server]\n", f'[server]\nbaseUrlPath = "{base_path}"\n', 1)
    (configured / "config.toml").write_text(config)
    if secrets:
        (configured / "secrets.toml").write_text(secrets)
    return place


@contextmanager
def dashboard(
    folder: Path,
    environ: Mapping[str, str] | None = None,
    *,
    base_path: str = "",
    secrets: str = "",
    port: int | None = None,
) -> Iterator[Server]:
    """The dashboard as `streamlit run app.py` starts it; on the embedded sandbox unless `environ` says otherwise.

    `secrets` is the content of secrets.toml.
    """
    port = port or free_port()
    url = f"http://127.0.0.1:{port}" + (f"/{base_path}" if base_path else "")
    place = project(folder, secrets=secrets)
    command = [str(place / ".venv/bin/streamlit"), "run", "app.py", "--server.port", str(port)]
    if base_path:
        command += ["--server.baseUrlPath", base_path]
    server = start(
        command, {"CATENA_POLL_SECONDS": "2", **(environ or {})}, folder / f"dashboard-{port}.log", url, place
    )
    try:
        server.wait_until(f"{url}/_stcore/health")
        yield server
    finally:
        server.stop()


@contextmanager
def sandbox(folder: Path, *arguments: str, port: int | None = None) -> Iterator[Server]:
    """The simulated Catena in a process of its own, with arguments of `python -m sandbox`."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    server = run(["-m", "sandbox", "--port", str(port), *arguments], {}, folder / f"sandbox-{port}.log", url)
    try:
        server.wait_until(f"{url}/connect/style.css")
        yield server
    finally:
        server.stop()


@dataclass
class Watch:
    """A page and everything that came to it."""

    page: Page
    server_url: str
    errors: list[str] = field(default_factory=list)
    """Errors on the console, and exceptions."""
    outside: list[str] = field(default_factory=list)
    """Addresses asked for that are not on this machine."""
    responses: list[Response] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    """What came over websockets."""
    violations: list[str] = field(default_factory=list)
    """What the page wanted to load or do that its Content-Security-Policy does not allow."""

    def __post_init__(self) -> None:
        page = self.page
        page.expose_function("violated", lambda what: self.violations.append(what))  # noqa: PLW0108 - no builtins here
        page.add_init_script(LISTEN_TO_VIOLATIONS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._see(request.url))
        page.on("response", lambda response: self.responses.append(response))  # noqa: PLW0108 - no builtins here
        page.on(
            "websocket",
            lambda socket: socket.on(
                "framereceived",
                lambda payload: self.frames.append(
                    payload if isinstance(payload, bytes) else payload.encode()
                ),
            ),
        )

    def _hear(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        # Streamlit looks for its server below the page's own path first, where nothing is.
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)
        looking = where.endswith(("/_stcore/health", "/_stcore/host-config")) and "404" in message.text
        if message.type == "error" and not looking:
            self.errors.append(f"{message.text} ({where})")

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.outside.append(url)

    def goto(self, path: str = "") -> Watch:
        """Go to a page of the server."""
        self.page.goto(self.server_url + path)
        return self

    def open(self, path: str = "/") -> Watch:
        """Go to a page of the dashboard and wait for its first run to end."""
        self.goto(path).settled()
        return self

    def fits(self) -> bool:
        """Whether nothing sticks out to the side; Streamlit scrolls its main part, not the document."""
        found: bool = self.page.evaluate(
            """() => [document.documentElement, document.querySelector('[data-testid="stMain"]')]
                .every((node) => node.scrollWidth <= node.clientWidth)"""
        )
        return found

    def settled(self) -> None:
        """Wait until the script has run and nothing is greyed out."""
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")

    def map_shown(self) -> Watch:
        """Wait for the map with its vehicles loaded."""
        expect(self.page.get_by_test_id("stDeckGlJsonChart").locator("canvas").first).to_be_visible()
        expect(self.page.get_by_text(" shown of ")).to_be_visible()
        self.until(lambda: bool(self.feeds()), "the map's data")
        # The browser tells how large the map is, and all is fitted into that.
        self.page.wait_for_timeout(300)
        self.settled()
        return self

    def feeds(self) -> list[Response]:
        """Good answers of the map's feed so far."""
        return [answer for answer in self.responses if "/feed/" in answer.url and answer.status == 200]

    def everything(self) -> bytes:
        """Every byte that came to the page so far: bodies, headers and websocket frames.

        But Streamlit's own files, which anybody is given: of a script that it has compiled before, a browser keeps
        nothing to be read.
        """
        parts = list(self.frames)
        for answer in self.responses:
            parts.append(str(answer.headers).encode())
            if (
                answer.status == 200
                and urlsplit(answer.url).scheme == "http"
                and "/static/" not in answer.url
            ):
                parts.append(answer.body())
        return b"\n".join(parts)

    def rows(self) -> list[dict[str, Any]]:
        """The vehicles that the map was last given, those that move after those that stand."""
        last = {
            answer.url.rpartition("/")[2].partition(".json?")[0]: answer
            for answer in self.feeds()
            if "/feed/vehicles/" in answer.url
        }
        return (
            [row for layer in ("standing", "moving") for row in last[layer].json()] if len(last) == 2 else []
        )

    def counts(self) -> tuple[int, int]:
        """The numbers over the map: shown, total."""
        text = self.page.get_by_text(" shown of ").inner_text()
        shown, total = re.findall(r"[\d,]+", text)[:2]
        return int(shown.replace(",", "")), int(total.replace(",", ""))

    def rows_are(
        self, condition: Callable[[list[dict[str, Any]]], object], what: str
    ) -> list[dict[str, Any]]:
        """Wait until the rows last given meet a condition and are as many as the line over the map says; give them."""
        found: list[list[dict[str, Any]]] = [[]]

        def agree() -> bool:
            found[0] = self.rows()
            return bool(condition(found[0])) and len(found[0]) == self.counts()[0]

        self.until(agree, what)
        return found[0]

    def code(self, picture: Locator) -> str:
        """What a phone would read from a picture of a QR code on the screen, once it is drawn."""
        found: list[str] = []

        def read() -> bool:
            # Into the middle, since the page's header lies over its upper edge.
            picture.evaluate("element => element.scrollIntoView({block: 'center'})")
            shot = Image.open(io.BytesIO(picture.screenshot()))
            found[:] = [code.text for code in zxingcpp.read_barcodes(shot)]
            return bool(found)

        self.until(read, "a code that a phone can read")
        (text,) = found
        return text

    def view(self) -> dict[str, float]:
        """Where the map looks: longitude, latitude, zoom."""
        found = self.page.evaluate(READ_VIEW)
        return {name: found[name] for name in ("longitude", "latitude", "zoom")}

    def in_hand(self) -> dict[str, float]:
        """Put a hand on the map, so that it does not move by itself for what still comes to lie over it; its view."""
        self.page.get_by_test_id("stDeckGlJsonChart").first.dispatch_event("pointerdown")
        self.settled()
        return self.view()

    def ticks(self, number: int) -> None:
        """Wait until the map was drawn anew so many times."""
        before = self.told()
        self.until(
            lambda: self.told() >= before + number,
            f"the map to be drawn {number} more times",
            30 + 30 * number,
        )

    def told(self) -> int:
        """How often the page was told what to draw on the map; its data comes anew only if that has changed."""
        return sum(b"feed/" in frame for frame in self.frames)

    def until(self, condition: object, what: str, seconds: float = 45) -> None:
        """Wait until a condition of this side holds, while the page lives on."""
        assert callable(condition)
        assert self._comes(condition, seconds), f"Waited in vain for {what}."

    def _comes(self, condition: Callable[[], object], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not (found := bool(condition())) and time.monotonic() < deadline:
            self.page.wait_for_timeout(100)
        return found

    def press(self, key: str, done: Callable[[], object], what: str) -> None:
        """Press the key of a button until it has done its work.

        Streamlit hears keys only after the button is drawn and its code has come, and no node says that it does: who
        presses before that presses again.
        """
        for _ in range(4):
            self.page.keyboard.press(key)
            if self._comes(done, 12):
                return
        raise AssertionError(f"Pressed {key} in vain for {what}.")

    def lawful(self) -> None:
        """Nothing was wanted that the page's Content-Security-Policy forbids."""
        assert not self.violations, "\n".join(self.violations)

    def clean(self) -> None:
        """No error on the console, nothing that its policy forbids, and nobody outside was asked for anything."""
        self.lawful()
        assert not self.errors, "\n".join(self.errors)
        assert not self.outside, "\n".join(self.outside)


@contextmanager
def watched(
    browser: Browser, server: Server, *, width: int = 1000, height: int = 640, theme: Theme = "light"
) -> Iterator[Watch]:
    """A page of its own browser context, drawn as a viewer sees it, who has opened the server's entrance."""
    with (
        browser_context(browser) as context,
        opened(context, server, width=width, height=height, theme=theme, land=True, drawn=True) as seen,
    ):
        yield seen


@contextmanager
def browser_context(
    browser: Browser, *, user_agent: str | None = None, ignore_https_errors: bool = False
) -> Iterator[BrowserContext]:
    """A place for pages, with time enough for a slow machine."""
    context = browser.new_context(user_agent=user_agent, ignore_https_errors=ignore_https_errors)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def opened(
    context: BrowserContext,
    server: Server | str,
    *,
    width: int = 1000,
    height: int = 640,
    theme: Theme = "light",
    land: bool = False,
    drawn: bool = False,
) -> Iterator[Watch]:
    """A new page that remembers nothing of the ones before it, but that it was let in: of a server, or an address.

    `land`: with land, borders and names on the map, which is most of what software graphics have to draw.
    `drawn`: with the map's picture, which a test needs that points at it.
    """
    if isinstance(server, Server) and server.entrance != f"{server.url}/":
        context.request.get(server.entrance)
    page = context.new_page()
    try:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        page.add_init_script(FORGETTING)
        page.add_init_script(FEW_FRAMES)
        if not land:
            page.add_init_script(WITHOUT_LAND)
        if not drawn:
            page.add_init_script(WITHOUT_PICTURE)
        seen = Watch(page, server.url if isinstance(server, Server) else server)
        yield seen
        seen.lawful()
    finally:
        page.close()
