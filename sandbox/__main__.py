"""Runs the sandbox alone: `python -m sandbox --vehicles 100000 --fleets 300 --port 9000 --fault 429:0.05`."""

import argparse
import logging
from asyncio import CancelledError
from collections.abc import Iterable
from textwrap import fill

import uvicorn

from sandbox.api.auth import REALM
from sandbox.app import Sandbox
from sandbox.config import SandboxConfig
from sandbox.faults import KINDS, LISTS, TOKEN, Fault
from sandbox.world.corridors import CITIES, city_number


def _listed(title: str, names: Iterable[str]) -> str:
    text = fill(", ".join(names), initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
    return f"{title}:\n{text}\n\n"


def parse(arguments: list[str] | None = None) -> tuple[SandboxConfig, str, int]:
    """Return the config, host and port that a command line asks for; exits with one sentence if it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A simulated Catena, with no real data.",
        epilog=_listed("faults", KINDS) + _listed("lists", (*LISTS, TOKEN)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--vehicles", type=int, default=1200, help="vehicles in all fleets together (1200)")
    parser.add_argument("--fleets", type=int, default=6, help="fleets that share with you (6)")
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same world (7)")
    parser.add_argument("--token-seconds", type=int, default=300, help="lifetime of a token (300)")
    parser.add_argument("--city", help="put all vehicles into and around one city, e.g. Chicago")
    parser.add_argument(
        "--join-every", type=int, default=0, metavar="SECONDS", help="another fleet joins so often (0: never)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=9000, help="port to listen on (9000)")
    parser.add_argument(
        "--connect-url", help="prefix of invitation links, if the request's own address is wrong"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="KIND[@LIST][:AMOUNT]",
        help="may be repeated, e.g. 429@users:0.05 or latency:250; docs/sandbox.md explains each",
    )
    options = parser.parse_args(arguments)
    try:
        config = SandboxConfig(
            vehicles=options.vehicles,
            fleets=options.fleets,
            seed=options.seed,
            token_seconds=options.token_seconds,
            faults=tuple(Fault.parse(text) for text in options.fault),
            connect_url=options.connect_url,
            city=options.city,
            join_every=options.join_every,
        )
        if not 0 < options.port < 65536:
            parser.error("The port must be from 1 to 65535.")
    except ValueError as error:
        parser.error(str(error))
    return config, options.host, options.port


class _NoUnanswered(logging.Filter):
    """Keeps quiet about requests that a fault left without an answer until the sandbox was stopped."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything else through."""
        cancelled = record.exc_info is not None and isinstance(record.exc_info[1], CancelledError)
        return not cancelled and not record.getMessage().startswith("Cancel ")


def main() -> None:
    """Serve until interrupted."""
    config, host, port = parse()
    sandbox = Sandbox(config)
    base = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0'} else host}:{port}"  # noqa: S104  compares
    where = f" in and around {CITIES[city_number(config.city)].city}" if config.city else ""
    print(f"Simulated Catena with {config.vehicles} vehicles in {config.fleets} fleets{where}. No real data.")
    print(f"  CATENA_API_URL={base}")
    print(f"  CATENA_AUTH_URL={base}{REALM.removesuffix('/protocol/openid-connect')}")
    print(f"  CATENA_CLIENT_ID={config.client_id}")
    print(f"  CATENA_CLIENT_SECRET={config.client_secret}   (opens nothing but this simulation)", flush=True)
    logging.getLogger("uvicorn.error").addFilter(_NoUnanswered())
    uvicorn.run(
        sandbox.app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=1,  # a fault may leave requests without an answer
    )


if __name__ == "__main__":
    main()
