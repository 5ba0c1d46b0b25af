"""A server on loopback that speaks S3, and what it was asked for.

The server is moto's: requests are its own, so that nothing here decides what storage answers.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

SIGNED = "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request"


@dataclass
class Storage:
    """A running server. ``asked`` are the paths of all requests so far."""

    url: str
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, content: bytes = b"") -> None:
        """Make a bucket (``/bucket``) or an object (``/bucket/key``)."""
        self._send("PUT", path, content)

    def put_folder(self, folder: Path, path: str) -> None:
        """Every file of a folder, as objects below a path."""
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self.put(f"{path}/{file.relative_to(folder).as_posix()}", file.read_bytes())

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Meanwhile only keys that the server knows are let in, and it knows none."""
        self._send("POST", "/moto-api/reset-auth", b"0")
        try:
            yield
        finally:
            self._send("POST", "/moto-api/reset-auth", b"inf")

    def count(self, part: str) -> Counter[str]:
        """How often each path with this part in it was asked for."""
        return Counter(path for path in self.asked if part in path)

    def _send(self, method: str, path: str, body: bytes) -> None:
        headers = {"Content-Type": "application/octet-stream", "Authorization": SIGNED}
        urlopen(Request(f"{self.url}{path}", body, headers, method=method)).close()


@contextmanager
def serving() -> Iterator[Storage]:
    """Storage on a free port of loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    answer = DomainDispatcherApplication(create_backend_app)
    asked: list[str] = []

    def noted(environ: dict[str, str], start: object) -> object:
        asked.append(environ["PATH_INFO"])
        return answer(environ, start)

    server = make_server("127.0.0.1", 0, noted, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Storage(f"http://127.0.0.1:{server.server_port}", asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
