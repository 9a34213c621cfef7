"""A server of this checkout in a folder of its own, and clients of it: plain HTTP, streams, WebSockets. Only the standard library."""

import base64
import json
import os
import re
import socket
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "target/debug/codegraph"
PASSWORD = "seven horses in a row"
QUESTIONS = [
    "Where is Store.find defined?", "Who calls Store.find?", "Где определён класс Cart?", "What are the main modules of this project?",
    "What could you not analyse?", "Where is Cart.total defined?", "Where do I start reading?", "Who calls Cart.add?",
    "What does Store.find do?", "Where is nothing_of_this_name defined?",
]


class Server:
    """`codegraph run` on a free port, with an admin and as many users of other roles as wanted."""

    def __init__(self, users=(), environment=None):
        self.folder = tempfile.TemporaryDirectory(prefix="codegraph-server-")
        root = Path(self.folder.name)
        self.sources = root / "sources"
        self.sources.mkdir()
        self.environment = {
            "HOME": str(root), "PATH": os.environ.get("PATH", ""),
            "CODEGRAPH_DATA_DIR": str(root / "data"),
            "CODEGRAPH_CACHE_DIR": str(ROOT / "target/debug/test-cache"),
            "CODEGRAPH_IMPORT_ROOTS": f"{self.sources}:{ROOT / 'examples'}",
            "RATE_LIMIT_PER_MINUTE": "0", "RATE_LIMIT_PER_HOUR": "0", "RATE_LIMIT_ENDPOINTS": "false",
            "RATE_LIMIT_FLOOD_PER_SECOND": "0", **(environment or {}),
        }
        self.command("init-db")
        users = [("admin", "admin"), *users]
        for name, _ in users:
            self.command("create-admin", "--username", name, "--password", PASSWORD)
        database = sqlite3.connect(root / "data/codegraph.db")
        for name, role in users:
            changed = database.execute("UPDATE users SET role = ? WHERE username = ?", (role, name))
            assert changed.rowcount == 1, name
        database.commit()
        database.close()
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--port", "0"], env=self.environment, cwd=root, text=True,
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.log = []
        for line in self.process.stderr:
            self.log.append(line)
            if found := re.match(r"listening on http://(\S+)", line):
                self.address = found[1]
                break
        else:
            raise RuntimeError("".join(self.log))
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()
        self.host, port = self.address.rsplit(":", 1)
        self.port = int(port)
        while self.request("GET", "/api/v1/health")[0] != 200:
            time.sleep(0.05)

    def command(self, *arguments):
        subprocess.run([PROGRAM, *arguments], env=self.environment, check=True, capture_output=True)

    def request(self, method, path, token="", body=None):
        """Status and body of one request."""
        with socket.create_connection((self.host, self.port), timeout=130) as stream:
            stream.sendall(self.head(method, path, token, body))
            text = b""
            while piece := stream.recv(65536):
                text += piece
        head, _, content = text.partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), json.loads(content) if content[:1] in (b"{", b"[") else content.decode()

    def head(self, method, path, token, body):
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"host: {self.address}", "connection: close", f"content-length: {len(content)}"]
        if token:
            lines.append(f"authorization: Bearer {token}")
        if body is not None:
            lines.append("content-type: application/json")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + content

    def login(self, name="admin"):
        status, body = self.request("POST", "/api/v1/auth/token", "", {"username": name, "password": PASSWORD})
        assert status == 200, body
        return body["access_token"]

    def start_import(self, token, path, name):
        status, body = self.request("POST", "/api/v1/import/start", token, {"local_path": str(path), "project_name": name})
        assert status == 200, body
        return body["job_id"]

    def wait_import(self, token, job):
        while True:
            _, body = self.request("GET", f"/api/v1/import/status/{job}", token)
            if body["status"] in ("completed", "failed", "cancelled"):
                return body
            time.sleep(0.2)

    def stream(self, token, question):
        """The events of one streamed answer."""
        with socket.create_connection((self.host, self.port), timeout=130) as stream:
            stream.sendall(self.head("POST", "/api/v1/chat/stream", token, question))
            text = b""
            while piece := stream.recv(65536):
                text += piece
        status = int(text.split(b" ")[1])
        content = unchunked(text.partition(b"\r\n\r\n")[2]) if status == 200 else b""
        events = [json.loads(line[6:]) for line in content.split(b"\n") if line.startswith(b"data: ")]
        return status, events

    def memory(self):
        """Resident bytes."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) * 1024

    def connections(self):
        """Connections of clients that it holds: open ones, and those that only the client closed."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(row[1].endswith(f":{self.port:04X}") and row[3] in ("01", "08") for row in rows)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.folder.cleanup()


def unchunked(text):
    content = b""
    while text:
        size, _, text = text.partition(b"\r\n")
        size = int(size or b"0", 16)
        if size == 0:
            break
        content, text = content + text[:size], text[size + 2:]
    return content


class WebSocket:
    """A client of a WebSocket: texts out, texts in; pings are answered."""

    def __init__(self, server, path, token):
        self.stream = socket.create_connection((server.host, server.port), timeout=130)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall((
            f"GET {path} HTTP/1.1\r\nhost: {server.address}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            f"sec-websocket-version: 13\r\nsec-websocket-key: {key}\r\nauthorization: Bearer {token}\r\n\r\n").encode())
        self.left = b""
        while b"\r\n\r\n" not in self.left:
            self.left += self.stream.recv(4096)
        head, _, self.left = self.left.partition(b"\r\n\r\n")
        assert b" 101 " in head.split(b"\r\n")[0] + b" ", head

    def say(self, value, kind=1):
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        mask = os.urandom(4)
        size = len(content)
        head = bytes([0x80 | kind]) + (
            bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + struct.pack(">H", size))
        self.stream.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(content)))

    def take(self, size):
        while len(self.left) < size:
            piece = self.stream.recv(65536)
            if not piece:
                raise ConnectionError("the server is gone")
            self.left += piece
        content, self.left = self.left[:size], self.left[size:]
        return content

    def hear(self):
        """The next text; none where the server closes, `code` says why."""
        while True:
            first, size = self.take(2)
            if size == 126:
                size = struct.unpack(">H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self.take(8))[0]
            content = self.take(size)
            kind = first & 15
            if kind == 1:
                return json.loads(content)
            if kind == 9:
                self.say(content, 10)
            if kind == 8:
                self.code = struct.unpack(">H", content[:2])[0] if content else None
                self.stream.close()
                return None


def big_source(server, files=150):
    """A project that takes a while to import: modules that call each other."""
    folder = server.sources / "big"
    folder.mkdir(exist_ok=True)
    for number in range(files):
        other = (number + 1) % files
        lines = [f"from module_{other} import work_{other}_0", ""]
        for method in range(40):
            lines += [f"def work_{number}_{method}(value):", "    # counts what was asked for", "    total = 0",
                      "    for item in range(value):", "        if item % 3:", f"            total += work_{other}_0(item - 1)",
                      "    return total", ""]
        (folder / f"module_{number}.py").write_text("\n".join(lines))
    return folder


def project(server, token, name):
    return next(one["id"] for one in server.request("GET", "/api/v1/projects", token)[1]["projects"] if one["name"] == name)
