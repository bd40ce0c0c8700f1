"""The production broker as three processes on loopback, from the very files of deploy/nats."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

from deploy.nats_server import password_variable
from deploy.permissions import USERS
from tests.ports import LOOPBACK, free_port
from tests.processes import POLL_SECONDS, READY_WITHIN_SECONDS
from tests.servers import NatsProcess

CONFIGURATION = Path(__file__).parents[1] / "deploy" / "nats" / "server.conf"
NODES = 3
ASK_SECONDS = 2.0


class NatsNode(NatsProcess):
    """One node. Its store and ports stay when it is stopped or killed and started again."""

    def __init__(self, name: str, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.store = directory / "store"
        port = free_port()  # the ports that follow it are this test's too
        self.monitoring, self.routes = port + 1, port + 2
        super().__init__(port, CONFIGURATION, directory / "nats.log")

    def know(self, routes: list[str], password: str) -> None:
        """Take the place in the cluster and the passwords: ``password`` is everybody's."""
        self._environment |= {
            "NATS_NAME": self.name,
            "NATS_LISTEN": f"{LOOPBACK}:{self.port}",
            "NATS_MONITORING": f"{LOOPBACK}:{self.monitoring}",
            "NATS_STORE": str(self.store),
            "NATS_MAX_FILE_STORE": "1GB",
            "NATS_CLUSTER_LISTEN": f"{LOOPBACK}:{self.routes}",
            "NATS_CLUSTER_ROUTES": json.dumps(routes),
            "NATS_CLUSTER_PASSWORD": password,
        } | {password_variable(user).removeprefix("$"): password for user in USERS}

    def know_hash(self, user: str, hashed: str) -> None:
        """Have one user's password as a bcrypt hash."""
        self._environment[password_variable(user).removeprefix("$")] = hashed

    @property
    def running(self) -> bool:
        """Whether it was started and not ended by this class."""
        return self._process is not None

    def figures(self, of: str) -> dict[str, Any]:
        """What it tells on its monitoring port, ``healthz`` or ``jsz?streams=1``; empty when it does not answer 200."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{self.monitoring}/{of}", timeout=ASK_SECONDS) as answer:
                told: dict[str, Any] = json.load(answer)
                return told
        except (OSError, ValueError):
            return {}


class NatsCluster:
    """Three nodes. Use it as a context manager; ``url`` names them all, as a service's ``PAIDAN_NATS_URL`` does."""

    def __init__(self, directory: Path, *, password: str) -> None:
        self.password = password
        self.nodes = [NatsNode(f"paidan-{number}", directory / f"node-{number}") for number in range(1, NODES + 1)]
        self.url = ",".join(node.url for node in self.nodes)
        routes = [f"nats://route:{password}@{LOOPBACK}:{node.routes}" for node in self.nodes]
        for node in self.nodes:
            node.know(routes, password)

    def start(self) -> None:
        """Start what is not running and return when every node is healthy and they have one leader."""
        missing = [node for node in self.nodes if not node.running]
        for node in missing:
            node.launch()
        for node in missing:
            node.wait_until_ready()
        self.wait_until_whole()

    def stop(self) -> None:
        """End all of them and leave their stores."""
        for node in self.nodes:
            node.stop()

    def wait_until_whole(self, within: float = READY_WITHIN_SECONDS) -> None:
        """Return when every node is healthy, streams caught up included. Raises ``AssertionError``."""
        deadline = time.monotonic() + within
        while not self.whole:
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {within:g} s for three healthy nodes: {self._told()}")
            time.sleep(POLL_SECONDS)

    @property
    def whole(self) -> bool:
        """Whether all nodes are healthy and the leader sees every other."""
        if any(node.figures("healthz").get("status") != "ok" for node in self.nodes):
            return False
        told = {node.name: node.figures("jsz").get("meta_cluster", {}) for node in self.nodes}
        leaders = {cluster.get("leader") for cluster in told.values()}
        leader = leaders.pop()
        peers = told.get(leader, {}).get("replicas") or []
        return not leaders and len(peers) == NODES - 1 and all(peer["current"] for peer in peers)

    def leader_of(self, stream: str) -> NatsNode:
        """The node that leads a stream now. Raises ``LookupError`` while nobody does."""
        for node in self.nodes:
            if node.running and self._leads(node, stream):
                return node
        raise LookupError(f"nobody leads {stream}")

    @staticmethod
    def _leads(node: NatsNode, stream: str) -> bool:
        accounts = node.figures("jsz?streams=1").get("account_details") or []
        streams = [one for account in accounts for one in account.get("stream_detail") or []]
        return any(one["name"] == stream and one["cluster"].get("leader") == node.name for one in streams)

    def _told(self) -> dict[str, Any]:
        return {node.name: (node.figures("healthz"), node.figures("jsz").get("meta_cluster")) for node in self.nodes}

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
