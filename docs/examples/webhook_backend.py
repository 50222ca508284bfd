"""A backend for webhooks: nobody called eve, greets who joins, shouts what is said. No packages needed."""
import hashlib, hmac, json, os, time
from wsgiref.simple_server import make_server

SECRET = os.environ["WEBHOOK_SECRET"].encode()

def decide(ask):
    if ask["type"] == "connect" and ask["params"].get("user") == "eve":
        return {"allow": False, "reason": "not you"}
    if ask["type"] == "join":
        return {"reply": {"welcome": ask["topic"]}}
    if ask["type"] == "push":
        return {"relay": False, "broadcast": {"event": "shout", "payload": {"body": ask["payload"]["body"].upper()}}}
    return {}

def backend(request, respond):
    body = request["wsgi.input"].read(int(request["CONTENT_LENGTH"]))
    sent, signature = (part.split("=")[1] for part in request["HTTP_CHANNELSOCKET_SIGNATURE"].split(","))
    expected = hmac.new(SECRET, f"{sent}.".encode() + body, hashlib.sha256).hexdigest()
    genuine = hmac.compare_digest(expected, signature) and abs(time.time() - int(sent)) < 300
    respond("200 OK" if genuine else "401 Unauthorized", [("Content-Type", "application/json")])
    return [json.dumps(decide(json.loads(body)) if genuine else {}).encode()]

make_server("127.0.0.1", int(os.environ.get("BACKEND_PORT", "8000")), backend).serve_forever()
