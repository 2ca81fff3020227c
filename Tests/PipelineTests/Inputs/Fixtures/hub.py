"""A Hub of one repository, owner/model: `hub.py FILES LOG MODE` prints its port and serves until it is stopped."""

import hashlib
import http.server
import pathlib
import sys

FILES, LOG, MODE = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
COMMIT = "0123456789abcdef0123456789abcdef01234567"
dropped = set()


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, headers=(), body=b"", cut=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def handle_any(self):
        token = self.headers.get("Authorization", "")
        with open(LOG, "a") as log:
            log.write(f"{self.command} {self.path} {self.headers.get('Range', '')} {token}\n")
        parts = self.path.strip("/").split("/")
        if parts[0] == "cdn":
            return self.content(parts[1])
        if parts[:3] != ["owner", "model", "resolve"] or parts[3] not in ("main", COMMIT):
            return self.answer(404)
        if MODE == "token" and token != "Bearer secret":
            return self.answer(401)
        file = FILES / parts[4]
        if not file.is_file():
            return self.answer(404)
        sum = hashlib.sha256(file.read_bytes()).hexdigest()
        headers = [("X-Repo-Commit", COMMIT)]
        if file.suffix == ".safetensors":
            # Large files lie elsewhere, and their tag is their sum.
            headers += [("X-Linked-Etag", f'"{sum}"'), ("Location", f"/cdn/{parts[4]}"), ("ETag", '"other"')]
            return self.answer(302, headers)
        headers += [("ETag", f'"{sum[:40]}"')]
        self.content(parts[4], headers)

    def content(self, name, headers=()):
        body = (FILES / name).read_bytes()
        if MODE == "wrong" and name.endswith(".safetensors"):
            body = bytes(len(body))
        start = 0
        if self.headers.get("Range", "").startswith("bytes="):
            start = int(self.headers["Range"][6:].split("-")[0])
        # A cut-off answer without a length: what has come is all that the client can know.
        if MODE == "drop" and self.command == "GET" and name.endswith(".safetensors") and name not in dropped:
            dropped.add(name)
            return self.answer(200, headers, body, cut=len(body) // 2)
        self.answer(206 if start else 200, headers, body[start:])

    do_GET = do_HEAD = handle_any


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
print(server.server_address[1], flush=True)
server.serve_forever()
