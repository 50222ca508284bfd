"""A backend for webhooks: nobody called eve, greets who joins, shouts what is said. No packages needed."""
import hashlib, hmac, http.server, json, os, time

SECRET = os.environ["WEBHOOK_SECRET"].encode()

class Backend(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        sent, signature = (part.split("=")[1] for part in self.headers["ChannelSocket-Signature"].split(","))
        expected = hmac.new(SECRET, sent.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, signature) or abs(time.time() - int(sent)) > 300:
            return self.send_error(401)
        answer = json.dumps(getattr(self, json.loads(body)["type"])(json.loads(body))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def connect(self, request): return {"allow": request["params"].get("user") != "eve", "reason": "not you", "assigns": {"name": request["params"].get("user")}}
    def join(self, request): return {"reply": {"welcome": request["topic"]}}
    def push(self, request): return {"relay": False, "broadcast": {"event": "shout", "payload": {"body": request["payload"]["body"].upper()}}}
    def leave(self, request): return {}

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("BACKEND_PORT", "8000"))), Backend).serve_forever()
