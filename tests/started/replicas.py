"""Replicas as real processes, their real Redis, and one Catena that counts who asks it."""

from __future__ import annotations

import json
import os
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx

from tests.browser import rig
from tests.dashboard.catena import LOCATIONS, Catena, full_catena
from tests.dashboard.waiting import until
from tests.redis_server import RedisServer, Relay

SECONDS = 60
# Writes down what a replica shows, each time that it is something else.
WITNESS = """
import json, os, sys, threading, time

def watch():
    last = None
    while True:
        time.sleep(0.05)
        service = getattr(sys.modules.get("dashboard.service"), "_service", None)
        if service is None:
            continue
        state, snapshot = service.poller.state, service.poller.state.snapshot
        rows = {} if snapshot is None else snapshot.vehicles.set_index("vehicle_id")["ordinal"].to_dict()
        line = json.dumps({
            "version": snapshot.version if snapshot else 0, "problem": state.problem, "ordinals": rows,
            "holds": service.poller.holds, "names": len(service.poller.directory.names.vehicles),
        })
        if line != last:
            last = line
            with open(os.environ["WITNESS"], "a") as log:
                log.write(line + "\\n")

if "WITNESS" in os.environ:
    threading.Thread(target=watch, daemon=True).start()
"""


class Serving(ThreadingHTTPServer):
    """A `Catena` over HTTP."""

    daemon_threads = True

    def __init__(self, catena: Catena) -> None:
        self.catena = catena
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    server: Serving

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        request = httpx.Request(self.command, self.server.url + self.path, content=body)
        answer = self.server.catena._answer(request)
        self.send_response(answer.status_code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


class Replica:
    """One process, and what it has shown."""

    def __init__(self, server: rig.Server, witness: Path) -> None:
        self.server, self._witness = server, witness

    @property
    def shown(self) -> list[dict[str, Any]]:
        text = self._witness.read_text() if self._witness.exists() else ""
        return [json.loads(line) for line in text.split("\n")[:-1]]

    @property
    def now(self) -> dict[str, Any]:
        return (self.shown or [{"version": 0, "problem": "", "ordinals": {}, "holds": False, "names": 0}])[-1]

    def signal(self, number: int) -> None:
        os.kill(self.server.process.pid, number)


def _complete(shown: dict[str, Any]) -> bool:
    """Whether all vehicles are shown, and named."""
    return (shown["names"], len(shown["ordinals"])) == (3, 3)


class Deployment:
    """Replicas, their Redis and their Catena."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._key = token_urlsafe(32)
        self.redis = RedisServer(folder)
        stack.callback(self.redis.stop)
        self.catena = full_catena()
        self._api = Serving(self.catena)
        stack.callback(self._api.server_close)
        stack.callback(self._api.shutdown)
        (folder / "sitecustomize.py").write_text(WITNESS)
        self.replicas: list[Replica] = []

    def start(
        self, number: int, url: str = "", *, base_path: str = "", secrets: str = "", **more: str
    ) -> list[Replica]:
        """More replicas, all that run; `url` of Redis, and more settings."""
        project = rig.project(self._folder, secrets=secrets, base_path=base_path)
        for _ in range(number):
            port = rig.free_port()
            witness = self._folder / f"witness-{port}"
            given = {
                "CATENA_API_URL": self._api.url,
                "CATENA_AUTH_URL": f"{self._api.url}/realms/catena",
                "CATENA_CLIENT_ID": "id",
                "CATENA_CLIENT_SECRET": token_urlsafe(),
                "CATENA_DATA_FOLDER": str(self._folder / f"kept-{port}"),
                "CATENA_REDIS_URL": url or self.redis.url,
                "CATENA_REDIS_KEY": self._key,
                "CATENA_POLL_SECONDS": "2",
                "PYTHONPATH": str(self._folder),
                "WITNESS": str(witness),
                **more,
            }
            command = [str(project / ".venv/bin/streamlit"), "run", "app.py", "--server.port", str(port)]
            log = self._folder / f"replica-{port}.log"
            below = f"/{base_path}" if base_path else ""
            server = rig.start(command, given, log, f"http://127.0.0.1:{port}{below}", project)
            self._stack.callback(server.stop)
            self.replicas.append(Replica(server, witness))
        started = self.replicas[-number:]
        for replica in started:
            until(lambda replica=replica: _complete(replica.now), SECONDS)  # type: ignore[misc]
        return started

    def relay(self) -> Relay:
        """A way to Redis that can be cut."""
        made = Relay(self.redis.port)
        self._stack.callback(made.close)
        return made

    @property
    def holder(self) -> Replica:
        until(lambda: sum(replica.now["holds"] for replica in self.replicas) == 1, SECONDS)
        return next(replica for replica in self.replicas if replica.now["holds"])

    def in_step(self, after: int = 0) -> int:
        """Wait until all show one snapshot newer than that, without a problem; its version."""

        def same() -> bool:
            shown = [replica.now for replica in self.replicas]
            return (
                len({one["version"] for one in shown}) == 1
                and shown[0]["version"] > after
                and not any(one["problem"] for one in shown)
                and sum(one["holds"] for one in shown) == 1
            )

        until(same, SECONDS)
        return int(self.replicas[0].now["version"])

    def polls_counted(self, number: int) -> int:
        """How many more snapshots than `number` there are when Catena was asked for so many more."""
        asked, before = self.catena.asked[LOCATIONS], self.in_step()
        until(lambda: self.catena.asked[LOCATIONS] >= asked + number, SECONDS)
        return self.in_step(before) - before
