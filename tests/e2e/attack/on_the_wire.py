"""Attacks on what comes before any message: connections, TLS, headers, bodies, compression."""
import select
import threading
import time

from wire import Connection, XML, compressed_zeros, eventually, inform


def slowloris_is_cut_off_on_every_listener(target):
    """A header that comes byte by byte never becomes a request; each listener ends it by its own limit."""
    seconds = {}

    def trickle(name, port, tls):
        connection = Connection(port, tls)
        came = time.monotonic()
        try:
            for byte in b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Patience: " + b"a" * 200:
                connection.send(bytes([byte]))
                time.sleep(0.25)
        except OSError:
            seconds[name] = time.monotonic() - came

    before = target.metric("acs_http_refused_total", reason="timeout")
    listeners = {"cwmp": (target.cwmp, target.tls), "plain": (target.plain, None), "files": (target.files, None),
                 "api": (target.api, None), "monitor": (target.monitor, None)}
    threads = [threading.Thread(target=trickle, args=(name, *where)) for name, where in listeners.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seconds) == set(listeners), f"never cut off: {set(listeners) - set(seconds)}"
    assert target.metric("acs_http_refused_total", reason="timeout") >= before + len(listeners)


def a_body_that_trickles_is_cut_off(target):
    connection = Connection(target.api)
    connection.send((f"POST /api/v1/rules/check HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {target.token}\r\n"
                     "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n").encode())
    came = time.monotonic()
    try:
        while time.monotonic() - came < 40:
            connection.send(b"a")
            time.sleep(0.25)
        raise AssertionError("never cut off")
    except OSError:
        pass


def a_flood_from_one_source_leaves_room_for_others(target):
    """More connections than one source may have: the rest is closed, other listeners do not notice, places come back."""
    before = target.metric("acs_http_refused_total", listener="crowded", reason="source")
    open_ones = [Connection(target.crowded) for _ in range(target.crowded_limit + 30)]
    assert eventually(lambda: target.metric("acs_http_refused_total", listener="crowded", reason="source") >= before + 30)
    refused = select.select([connection.socket for connection in open_ones], [], [], 5)[0]
    answers = [connection.answer() for connection in open_ones if connection.socket in refused]
    assert any(answer and answer.status == 503 for answer in answers), answers
    assert target.inform("NEIGHBOUR").status == 200
    for connection in open_ones:
        connection.close()

    def has_place():
        connection = Connection(target.crowded)
        answer = connection.ask()
        connection.close()
        return answer is not None and answer.status == 401

    assert eventually(has_place), "the places did not come back"
    assert "net.source_full" in target.log()


def a_flood_of_requests_without_login_costs_no_database(target):
    looked_up = target.metric("acs_database_requests_total")
    connection = Connection(target.plain)
    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
    for _ in range(20):
        connection.send(request * 100)
        for _ in range(100):
            answer = connection.answer()
            assert answer is None or answer.status == 401, answer
    assert target.metric("acs_database_requests_total") - looked_up < 50, "strangers were looked up"


def handshakes_that_are_begun_and_left_hold_up_nobody(target):
    waiting = [Connection(target.cwmp) for _ in range(200)]
    for connection in waiting:
        connection.send(b"\x16\x03\x01\x02\x00\x01\x00")
    assert Connection(target.cwmp, target.tls).ask(b"", [XML]).status == 401
    for connection in waiting:
        connection.close()


def gzip_bombs_are_refused_before_they_unfold(target):
    bomb = compressed_zeros(1 << 30)  # 1 GiB in 1 MB
    before = target.resident_kb()
    answer, _ = target.greet(bomb, headers=[("Content-Encoding", "gzip")])
    assert answer is None or answer.status in (400, 413), answer
    answer = target.api_call("POST", "/api/v1/rules/check", bomb, headers=[("Content-Encoding", "gzip"), ("Content-Type", "application/json")])
    assert answer is None or answer.status in (400, 413, 415), answer
    nested = compressed_zeros(16 << 20)
    answer, _ = target.greet(nested, headers=[("Content-Encoding", "gzip, gzip")])
    assert answer is None or answer.status in (400, 413, 415), answer
    assert target.resident_kb() - before < target.inflation * 100 * 1024, "the bomb unfolded in memory"


def values_of_100_megabytes_are_refused(target):
    """Announced: before a byte of it is read. Not announced: when the limit is reached."""
    before = target.resident_kb()
    connection = Connection(target.plain)
    challenge = target.challenge(connection)
    from wire import digest
    login = ("Authorization", digest(challenge, target.username, target.password))
    answer = connection.ask(b"<", [XML, login], length=100 << 20)
    assert answer.status == 413, answer

    connection = Connection(target.plain)
    login = digest(target.challenge(connection), target.username, target.password)
    head, tail = inform("BIG", values=[("InternetGatewayDevice.X", "HERE")]).split(b"HERE")
    connection.send(f"POST / HTTP/1.1\r\nHost: a\r\nAuthorization: {login}\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    try:
        for piece in [head] + [b"A" * (1 << 20)] * 100 + [tail]:
            connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.send(b"0\r\n\r\n")
    except OSError:
        pass
    answer = connection.answer()
    assert answer is None or answer.status == 413, answer
    assert target.resident_kb() - before < target.inflation * 120 * 1024
    assert target.query("SELECT count(*) FROM public.device WHERE serial_number = 'BIG'") == "0"


def a_value_below_the_limits_of_a_message_does_not_fill_the_inventory(target):
    """3 MB in one value of an Inform: heard, but nothing that is searched by holds it."""
    assert target.inform("LONG", values=[("InternetGatewayDevice.DeviceInfo.ProvisioningCode", "B" * (3 << 20))]).status in (200, 400, 413)
    assert target.query("SELECT coalesce(max(octet_length(value)), 0) <= 1024 FROM device_parameter") == "t"
    assert target.query("SELECT coalesce(max(octet_length(provisioning_code)), 0) <= 4096 FROM device_contact") == "t"


def headers_without_end_are_refused(target):
    for port in (target.plain, target.api, target.files, target.monitor):
        connection = Connection(port)
        try:
            connection.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-A: " + b"b" * (1 << 20))
        except OSError:
            pass
        answer = connection.answer()
        assert answer is None or answer.status == 431, answer
        connection = Connection(port)
        try:
            connection.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a: b\r\n" * 100_000 + b"\r\n")
        except OSError:
            pass
        answer = connection.answer()
        assert answer is None or answer.status in (400, 431), answer


def requests_that_two_servers_would_read_differently_are_refused(target):
    """What request smuggling needs: two lengths, a length and chunks, a chunk size with a sign."""
    hostile = [b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"Content-Length: +5\r\n\r\nhello", b"Content-Length: 5 5\r\n\r\nhello",
               b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhello", b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello",
               b"Header without colon\r\n\r\n", b"Bad\x00Name: a\r\n\r\n", b"Content-Length: 5\r\n folded: 1\r\n\r\nhello"]
    for text in hostile:
        connection = Connection(target.api)
        connection.send(f"POST /api/v1/rules/check HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {target.token}\r\n".encode() + text)
        connection.socket.settimeout(3)
        try:
            answer = connection.answer()
        except TimeoutError:
            answer = None
        assert answer is None or 400 <= answer.status < 500 or answer.status == 501, (text, answer)
        assert target.is_alive()


def old_tls_and_weak_ciphers_are_refused(target):
    import ssl
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
            Connection(target.cwmp, context)
        except (ssl.SSLError, OSError, ValueError):
            continue
        raise AssertionError(f"{version} was spoken")
