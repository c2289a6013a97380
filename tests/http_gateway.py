"""A gateway for text messages: a real HTTP server in a thread that answers as it is told."""

import json
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Gateway:
    """``script`` has the answers in order: a status, ``(status, headers)``, or what goes wrong.

    ``"cut"`` closes without an answer, ``"half"`` in the middle of one, ``"slow"`` takes longer
    than the client waits. When it is empty every message is accepted.
    """

    def __init__(self) -> None:
        self.script: list = []
        self.taken: list[dict] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                """Nothing on the screen."""

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.taken.append(
                    {
                        "body": body.decode(),
                        "key": self.headers["Idempotency-Key"],
                        "secret": self.headers.get("Authorization"),
                        "headers": dict(self.headers),
                    }
                )
                answer = gateway.script.pop(0) if gateway.script else 202
                if answer == "slow":
                    time.sleep(1.5)
                    answer = "cut"
                if answer == "half":
                    self.wfile.write(b"HTTP/1.1 202 OK\r\nContent-Length: 100\r\n\r\n{")
                    self.wfile.flush()
                    answer = "cut"
                if answer == "cut":
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                status, headers = answer if isinstance(answer, tuple) else (answer, {})
                said = json.dumps({"id": "SM-17"}).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def settings(self) -> dict:
        """As config/gateways.py would give it."""
        return {
            "url": f"http://127.0.0.1:{self._server.server_port}/messages",
            "headers": {"Authorization": "Bearer secret"},
            "body": {"to": "{number}", "text": "{words}", "language": "{language}"},
            "id": "id",
        }

    def stop(self) -> None:
        """Close the port and wait for the thread."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
