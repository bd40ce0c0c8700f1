"""The production broker as three processes on loopback, from the very files of deploy/nats."""

from __future__ import annotations

import json
import secrets
import shutil
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

from deploy.broker import write_users
from deploy.nats_server import USERS_FILE
from deploy.permissions import OPERATOR
from deploy.rotating import Guarded
from deploy.seeds import Seeds
from shared.messaging.entering import Entrance
from tests.certificates import Authority
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
        super().__init__(port, directory.parent / CONFIGURATION.name, directory / "nats.log")

    def _answers(self) -> bool:
        return bool(self.figures("healthz"))  # it says nothing on its port before TLS

    def know(self, routes: list[str], password: str, authority: Authority) -> None:
        """Take the place in the cluster, what nodes say to each other, and a certificate."""
        certificate, key = authority.certify(self.name)
        self._environment |= {
            "NATS_NAME": self.name,
            "NATS_LISTEN": f"{LOOPBACK}:{self.port}",
            "NATS_MONITORING": f"{LOOPBACK}:{self.monitoring}",
            "NATS_STORE": str(self.store),
            "NATS_MAX_FILE_STORE": "1GB",
            "NATS_CERTIFICATE": str(certificate),
            "NATS_CERTIFICATE_KEY": str(key),
            "NATS_AUTHORITY": str(authority.file),
            "NATS_CLUSTER_LISTEN": f"{LOOPBACK}:{self.routes}",
            "NATS_CLUSTER_ROUTES": json.dumps(routes),
            "NATS_CLUSTER_PASSWORD": password,
        }

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

    def __init__(self, directory: Path, seeds: Seeds | None = None) -> None:
        """``seeds``: keys that are there already, or will be made there."""
        directory.mkdir(parents=True, exist_ok=True)
        self.authority = Authority(directory)
        self.seeds = seeds or Seeds(directory / "seeds")
        self.seeds.create()
        self.users = directory / USERS_FILE
        shutil.copy(CONFIGURATION, directory)
        write_users(self.users, self.seeds)
        self.nodes = [NatsNode(f"paidan-{number}", directory / f"node-{number}") for number in range(1, NODES + 1)]
        self.url = ",".join(node.url for node in self.nodes)
        password = f"p{secrets.token_hex(16)}"
        routes = [f"nats://route:{password}@{LOOPBACK}:{node.routes}" for node in self.nodes]
        for node in self.nodes:
            node.know(routes, password, self.authority)

    def entrance(self, user: str = OPERATOR, url: str = "") -> Entrance:
        """How a user comes in, at every node or at one."""
        return Entrance(url or self.url, seed=self.seeds.path(user), authority=self.authority.file)

    @property
    def guarded(self) -> Guarded:
        """What is needed to change a key; all nodes read the same list of users."""
        return Guarded(self.seeds, self.users, self.entrance())

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
