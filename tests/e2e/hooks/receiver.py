"""receiver.py PORT SECRET FOLDER KILL CERTIFICATE KEY: a receiver of webhooks over TLS that notes what it takes, and
kills who sends.

FOLDER/ledger gets a line "CURSOR DEVICE DELIVERY" for each event that is taken. When FOLDER/kill-before exists, KILL (a
shell command) is run before a request is answered, which then never is; when FOLDER/kill-after exists, directly after the
answer. An event of the device in FOLDER/broken is answered 503, one whose number is in FOLDER/poison 400.
"""
import hashlib
import hmac
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading

port, secret, folder, kill = int(sys.argv[1]), sys.argv[2].encode(), sys.argv[3], sys.argv[4]
lock = threading.Lock()


def said(name):
    try:
        with open(os.path.join(folder, name)) as file:
            return file.read().split()
    except FileNotFoundError:
        return None


def once(name):
    with lock:
        if said(name) is None:
            return False
        os.remove(os.path.join(folder, name))
        return True


def note(name, text):
    with lock, open(os.path.join(folder, name), "a") as file:
        file.write(text)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.wfile.flush()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fields = dict(part.split("=") for part in self.headers["ACS-Signature"].split(","))
        signature = hmac.new(secret, fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, fields["v1"]):
            note("forged", self.headers["ACS-Signature"] + "\n")
            return self.answer(401)
        events = json.loads(body)["events"]
        if any(str(event["data"].get("device")) in (said("broken") or []) for event in events):
            return self.answer(503)
        if any(str(event["data"].get("number")) in (said("poison") or []) for event in events):
            return self.answer(400)
        if once("kill-before"):
            subprocess.run(kill, shell=True)
            note("killed", "before\n")
            self.close_connection = True
            return None
        note("ledger", "".join(f'{e["cursor"]} {e["data"].get("device")} {self.headers["ACS-Delivery"]}\n' for e in events))
        self.answer(200)
        if once("kill-after"):
            subprocess.run(kill, shell=True)
            note("killed", "after\n")


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[5], sys.argv[6])
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver)
# The handshake is the business of the thread of its connection: who dies in the middle holds up nobody.
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
