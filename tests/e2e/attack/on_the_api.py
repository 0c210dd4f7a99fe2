"""Attacks on what people and files come through: REST, the file server, connection requests, metrics."""
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import urllib.parse

from wire import Connection, HOST, eventually

SQL = ["'", "' OR '1'='1", "'; DROP TABLE device; --", "1; SELECT pg_sleep(30)", "\\'; --", "') UNION SELECT rolpassword FROM pg_authid --",
       "$$; DROP TABLE task; $$", "\u0000", "%00", "\ud7ff\u02bc", "a" * 10_000, "-1", "99999999999999999999", "{}", "[]", "null", "../..", "\r\nX-Evil: 1"]
GUARDED = ["true; DROP TABLE device", "pg_sleep(30) IS NULL", "(SELECT count(*) FROM credential) > 0", "current_setting('data_directory') <> ''",
           "device.id IN (SELECT device_id FROM credential)", "value('x') = (SELECT password FROM credential LIMIT 1)", "1=1) OR (1=1",
           "lo_import('/etc/passwd') > 0", "pg_read_file('/etc/passwd') <> ''", "query_to_xml('SELECT 1',true,true,'') IS NULL", "(" * 5000 + ")" * 5000,
           "dblink('x') IS NULL", "device.id = ANY(ARRAY(SELECT 1))", "set_config('role','postgres',false) = ''", "true /* " , "NOT " * 3000 + "true"]


def routes(target):
    """Method and path of every line of the contract."""
    found, path = [], None
    for line in open(target.contract):
        if matched := re.match(r"  (/\S*):\s*$", line):
            path = matched[1]
        elif (matched := re.match(r"    (get|post|put|patch|delete):\s*$", line)) and path:
            found.append((matched[1].upper(), path if path.startswith("/api/v1") else "/api/v1" + path))
    assert len(found) > 20, found
    return found


def tables(target):
    return target.query("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")


def no_route_answers_without_a_good_token(target):
    for method, path in routes(target):
        if path.endswith(("/session", "/sessions", "/login")) and method == "POST":
            continue  # where a person logs in
        path = re.sub(r"\{\w+\}", "1", path)
        for token in ("", "wrong-token-of-some-length", target.token[:-1], target.token + "0", "' OR '1'='1"):
            answer = target.api_call(method, path, {} if method in ("POST", "PUT", "PATCH") else None, token)
            assert answer.status in (401, 403, 429), (method, path, token, answer)


def sql_in_every_text_field_stays_text(target):
    """Every path and every query field of the contract, every string of the bodies below: no 5xx, no delay, no loss."""
    before = tables(target)
    for method, path in routes(target):
        for text in SQL:
            quoted = urllib.parse.quote(text, safe="", errors="surrogatepass")
            asked = re.sub(r"\{\w+\}", quoted, path)
            if method == "GET":
                for field in ("where", "after", "limit", "state", "sort", "q", "wait", "reveal", "kind", "path", "prefix"):
                    answer = target.api_call("GET", f"{asked}?{field}={quoted}")
                    assert answer is not None and answer.status < 500, (path, field, text, answer)
                    assert "x-evil" not in str(answer.headers).lower(), answer
            elif "{" in path and method in ("DELETE", "POST", "PATCH"):
                answer = target.api_call(method, asked, {"reason": text, "state": text, "time_zone": text})
                assert answer is None or answer.status < 500, (method, path, text, answer)
    assert tables(target) == before
    assert int(target.query("SELECT count(*) FROM public.device")) > 3


def sql_in_bodies_stays_text(target):
    before = tables(target)
    target.inform("BODY")
    device = "/api/v1/devices/00D09E-Attacked-BODY"
    for text in SQL:
        for method, path, body in [
            ("POST", device + "/tasks", {"kind": "set", "values": {text: text}}), ("POST", device + "/tasks", {"kind": text}),
            ("POST", device + "/tasks", {"kind": "get", "paths": [text], "not_before": text}),
            ("POST", device + "/tasks", {"kind": "rpc", "method": text, "arguments": text}),
            ("PATCH", device, {"time_zone": text, "tags": [text], "subscriber": text}), ("PATCH", device, {"state": text}),
            ("POST", device + "/merge", {"from": text, "into": text}), ("POST", "/api/v1/promoted", {"pattern": text, "reason": text}),
            ("POST", "/api/v1/rules/pause", {"rule": text, "reason": text}),
            ("POST", "/api/v1/rules/check", {"rules": [{"name": text, "text": text}], "files": {text: text}}),
        ]:
            answer = target.api_call(method, path, body)
            assert answer is not None and answer.status < 500, (path, body, answer)
    for text in GUARDED:
        quoted = urllib.parse.quote(text)
        answer = target.api_call("GET", f"/api/v1/devices?where={quoted}")
        assert answer is not None and 400 <= answer.status < 500, (text, answer)
        target.api_call("POST", "/api/v1/rules/check", {"files": {"a.sql": f"-- rule: a\n-- when: {text}\nSELECT device.id FROM acs.device WHERE {text}"}})
    assert tables(target) == before and target.is_alive()


def paths_do_not_lead_out(target):
    """Traversal on the file server, the API and the metrics: nothing of the host comes back."""
    with open(target.folder + "/secrets.key") as key:
        secret = key.read().splitlines()[-1].encode()
    ways = ["../secrets.key", "..%2fsecrets.key", "%2e%2e/secrets.key", "....//secrets.key", "..\\secrets.key", "%252e%252e%252fsecrets.key",
            "/etc/passwd", "%00/etc/passwd", "..;/secrets.key", "%c0%ae%c0%ae/secrets.key", "../" * 20 + "etc/passwd"]
    for port in (target.files, target.api, target.monitor):
        for start in ("/", "/f/", "/f/" + "A" * 43 + "/", "/api/v1/", "/api/v1/files/", "/metrics/"):
            for way in ways:
                for method in ("GET", "PUT"):
                    connection = Connection(port)
                    answer = connection.ask(b"x" if method == "PUT" else b"", [("Authorization", f"Bearer {target.token}")], method, start + way)
                    connection.close()
                    assert answer is None or 400 <= answer.status < 500, (method, start + way, answer)
                    assert answer is None or (secret not in answer.body and b"root:" not in answer.body), start + way
    assert not os.path.exists("/tmp/secrets.key")


def names_of_files_stay_names(target):
    """A file with a hostile name is kept under one of our own, and its name ends no header."""
    for name in ("../../../../tmp/owned", "a\r\nX-Evil: 1", '"; filename="b', "<script>.bin", "a" * 300, "nul\0", ".", ".."):
        quoted = urllib.parse.quote(name)
        answer = target.api_call("POST", f"/api/v1/files?name={quoted}&type=1%20Firmware%20Upgrade%20Image", b"bytes",
                                 headers=[("Content-Type", "application/octet-stream")])
        assert answer is not None and answer.status < 500, (name, answer)
        assert "x-evil" not in str(answer.headers).lower()
        if answer.status == 201:
            got = target.api_call("GET", "/api/v1/files/" + str(json.loads(answer.body)["id"]))
            assert "x-evil" not in str(got.headers).lower(), got
    assert not os.path.exists("/tmp/owned")
    inside = os.path.realpath(target.folder + "/files")
    for row in target.query("SELECT stored_as FROM file").splitlines():
        assert os.path.realpath(os.path.join(inside, row)).startswith(inside), row


def connection_requests_do_not_reach_inside(target):
    """A ConnectionRequestURL that points to us, to the link, to other protocols: told as refused, and nobody is asked."""
    canary = socket.socket()
    canary.bind((HOST, 0))
    canary.listen()
    asked = []

    def wait():
        while True:
            asked.append(canary.accept()[0].recv(1000))

    threading.Thread(target=wait, daemon=True).start()
    port = canary.getsockname()[1]
    urls = [f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", f"http://[::1]:{port}/", f"http://[::ffff:127.0.0.1]:{port}/", f"http://0:{port}/",
            f"http://127.1:{port}/", f"http://2130706433:{port}/", f"http://0x7f000001:{port}/", f"http://127.0.0.1:{port}@10.0.0.1/",
            f"http://10.0.0.1@127.0.0.1:{port}/", "http://169.254.169.254/latest/meta-data/", f"https://127.0.0.1:{port}/", f"ftp://127.0.0.1:{port}/",
            "file:///etc/passwd", f"gopher://127.0.0.1:{port}/_DELETE%20/", f"http://127.0.0.1:{port}/\r\nX-Evil: 1", f"http://127.0.0.1:{target.monitor}/metrics",
            "http://224.0.0.1/", "http://255.255.255.255/", f"http://0.0.0.0:{port}/", ""]
    for number, url in enumerate(urls):
        serial = f"SSRF{number}"
        answer = target.inform(serial, values=[("InternetGatewayDevice.ManagementServer.ConnectionRequestURL", url)])
        assert answer is not None and answer.status in (200, 400), (url, answer)
        if answer.status == 200:
            told = target.api_call("POST", f"/api/v1/devices/00D09E-Attacked-{serial}/connection-request")
            assert told.status < 500, (url, told)
            assert json.loads(told.body).get("reached") is not True, (url, told)
    assert not asked, f"somebody was asked: {asked}"


def open_tasks_of_a_device_are_bounded(target):
    target.inform("BUSY")
    path, refused = "/api/v1/devices/00D09E-Attacked-BUSY/tasks", None
    for _ in range(target.tasks_limit + 5):
        refused = target.api_call("POST", path, {"kind": "reboot"})
        if refused.status != 201:
            break
    assert refused.status in (409, 429), refused
    assert int(target.query("SELECT max(n) FROM (SELECT count(*) AS n FROM task WHERE state = 'queued' GROUP BY device_id) t")) <= target.tasks_limit


def changed_certificates_are_taken_and_bad_ones_are_not(target):
    """Without a restart: a renewed chain, half a file, a chain of another authority, that authority after SIGHUP."""
    def served():
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((HOST, target.cwmp), timeout=10) as plain, context.wrap_socket(plain) as connection:
            return connection.getpeercert(True)

    def put(name, chain, key):
        for kind in ("ecdsa", "rsa"):
            for source, end in ((key, ".key"), (chain, ".crt")):
                shutil.copy(source, f"{target.folder}/tls/{kind}{end}.new")
                os.rename(f"{target.folder}/tls/{kind}{end}.new", f"{target.folder}/tls/{kind}{end}")

    before = served()
    put("renewed", target.folder + "/renewed.crt", target.folder + "/renewed.key")
    assert eventually(lambda: served() != before), "the renewed chain was not taken"
    renewed = served()
    assert target.metric("acs_certificate_days_left", file=f"{target.folder}/tls/ecdsa.crt") in (4, 5)
    assert "app.certificate_expires" in target.log()
    with open(f"{target.folder}/tls/ecdsa.crt", "w") as half:
        half.write("-----BEGIN CERTIFICATE-----\nMIIB")
    assert eventually(lambda: "error app.certificates " in target.log())
    assert served() == renewed
    put("other", target.folder + "/other.crt", target.folder + "/other.key")
    assert eventually(lambda: "another authority" in target.log())
    assert served() == renewed
    os.kill(target.pid, 1)
    assert eventually(lambda: served() != renewed) and "app.authority_changed" in target.log()
