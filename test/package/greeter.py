"""A service as a user would write it: nothing but Python's own library."""

import http.server
import json
import os

GREETING = "hello"


class Greeter(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, {"ready": True})

    def do_POST(self):
        name = json.loads(self.rfile.read(int(self.headers["content-length"])))["name"]
        self.answer(200, {"text": f"{GREETING} {name}"})

    def log_message(self, *_):
        pass


address = (os.environ["HOST"], int(os.environ["PORT"]))
http.server.ThreadingHTTPServer(address, Greeter).serve_forever()
