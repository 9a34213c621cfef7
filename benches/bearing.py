"""What a server bears: speed, memory, probes while it works, clients that stop reading."""

import collections
import json
import socket
import statistics
import subprocess
import tempfile
import threading
import time

from serving import QUESTIONS, ROOT, Server, big_source, project

LOAD = ROOT / "target/debug/examples/server_load"
HOSTILE = ROOT / "target/debug/examples/hostile_plugins"
COPIES = 4  # of each plugin that means harm: one that fails again and again is not called for a while
STOPPED, LONG, OTHERS = 500, 20, 50


def load(server, path, token="-", connections=8, seconds=10, each=0):
    arguments = [LOAD, server.address, path, token, str(connections), str(seconds), str(each)]
    result = json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
    # One that was refused is no answer.
    assert set(result["statuses"]) == {"200"}, (path, result)
    return result


def throughput(server, token):
    """As fast as answers come, and a list on a schedule."""
    speed = []
    for what, path, who, connections in [
        ("`GET /health/live`", "/health/live", "-", 8),
        ("`GET /api/v1/health`", "/api/v1/health", "-", 8),
        ("`GET /api/v1/projects` as admin", "/api/v1/projects", token, 8),
        ("`GET /api/v1/search?q=store` as admin", "/api/v1/search?q=store", token, 4),
    ]:
        speed.append({"what": what, **load(server, path, who, connections)})
    steady = load(server, "/api/v1/projects", token, 20, 10, 20)
    return speed, {"what": "the same list, 1,000 a second on a schedule", **steady}


def memory(server, token):
    load(server, "/api/v1/projects", token, 8, 2)
    before, asked = server.memory(), 0
    while asked < 10_000:
        asked += load(server, "/api/v1/projects", token, 8, 1)["requests"]
    return {"before": before, "after": server.memory(), "requests": asked}


def with_shop(environment, folder):
    """A server that has the plugins of a folder and has imported the shop, and a token."""
    written = subprocess.run([HOSTILE, folder, str(COPIES)], check=True, capture_output=True, text=True)
    server = Server(environment={"CODEGRAPH_PLUGIN_DIR": folder, **environment})
    token = server.login()
    job = server.start_import(token, ROOT / "examples/shop", "shop")
    assert server.wait_import(token, job)["status"] == "completed"
    # One of each kind after the other, not all that loop first.
    return server, token, sorted(written.stdout.split(), key=lambda name: name.rpartition("-")[2])


def probes():
    """Probes for life while an import, ten questions and scenarios that mean harm run."""
    with tempfile.TemporaryDirectory() as folder:
        server, token, hostile = with_shop({}, folder)
        try:
            return probed(server, token, hostile)
        finally:
            server.stop()


def probed(server, token, hostile):
    shop = project(server, token, "shop")
    over, lock = threading.Event(), threading.Lock()
    answers, harm = collections.Counter(), collections.Counter()

    def ask(question, scenario=None, into=answers):
        body = {"query": question, "project_id": shop, **({"scenario_id": scenario} if scenario else {})}
        status, _ = server.request("POST", "/api/v1/chat", token, body)
        with lock:
            into[status] += 1

    def harass(first):
        turn = first
        while not over.is_set():
            ask("Do your worst.", hostile[turn % len(hostile)], harm)
            turn += 8

    job = server.start_import(token, big_source(server), "big")
    result = {}
    prober = threading.Thread(target=lambda: result.update(load(server, "/health/live", "-", 1, 20, 5)))
    harassers = [threading.Thread(target=harass, args=[number]) for number in range(8)]
    askers = [threading.Thread(target=ask, args=[question]) for question in QUESTIONS]
    for thread in [prober, *harassers, *askers]:
        thread.start()
    for thread in [prober, *askers]:
        thread.join()
    over.set()
    for thread in harassers:
        thread.join()
    ended = server.wait_import(token, job)["status"]
    return {**result, "import": ended, "answers": answers, "hostile": harm, "plugins": len(hostile)}


def stopped():
    """Clients that ask and never read, and others beside them."""
    with tempfile.TemporaryDirectory() as folder:
        server, token, _ = with_shop({"API_LIVE_PER_USER": "1000", "API_CONCURRENT_REQUESTS": "2000"}, folder)
        try:
            return let_go(server, token)
        finally:
            server.stop()


def let_go(server, token):
    shop = project(server, token, "shop")
    times, statuses, lock, over = [], collections.Counter(), threading.Lock(), threading.Event()

    def question(number):
        return {"query": QUESTIONS[number % len(QUESTIONS)], "project_id": shop}

    def ask(number):
        while not over.is_set():
            began = time.monotonic()
            status, _ = server.request("POST", "/api/v1/chat", token, question(number))
            with lock:
                times.append(time.monotonic() - began)
                statuses[status] += 1

    others = [threading.Thread(target=ask, args=[number]) for number in range(OTHERS)]
    for thread in others:
        thread.start()
    while len(times) < 2 * OTHERS:
        time.sleep(0.05)
    before, most, clients = server.memory(), 0, []
    with lock:
        times.clear()
    for number in range(STOPPED):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((server.host, server.port))
        body = question(number) if number % (STOPPED // LONG) else {**question(number), "scenario_id": "talker"}
        head = server.head("POST", "/api/v1/chat/stream", token, body).replace(b"connection: close\r\n", b"")
        client.sendall(head)
        clients.append(client)
        most = max(most, server.memory())
    asked = time.monotonic()
    # What is left when only those are there that read.
    while server.connections() > OTHERS:
        most = max(most, server.memory())
        assert time.monotonic() - asked < 120, f"{server.connections()} connections are held"
        time.sleep(0.05)
    closed = time.monotonic() - asked
    over.set()
    for thread in others:
        thread.join()
    for client in clients:
        client.close()
    cuts = statistics.quantiles(times, n=100)
    return {"clients": STOPPED, "long": LONG, "before": before, "most": most, "closed_s": closed, "requests": len(times),
            "p50_ms": cuts[49] * 1e3, "p99_ms": cuts[98] * 1e3, "statuses": statuses}
