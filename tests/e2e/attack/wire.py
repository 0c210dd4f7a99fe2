"""What an attacker needs: raw HTTP over TCP or TLS, Digest answers, Informs of devices of his choice."""
import hashlib
import json
import re
import socket
import ssl
import subprocess
import time
import urllib.request
from xml.sax.saxutils import escape

HOST = "127.0.0.1"
PATIENCE = 40  # seconds: longer than any limit that is tested


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:200]!r}"


class Connection:
    """One connection that sends exactly what it is told."""

    def __init__(self, port, tls=None):
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.held = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def more(self):
        data = self.socket.recv(65536)
        self.held += data
        return bool(data)

    def answer(self):
        """The next answer; None when the server closed without one."""
        try:
            while b"\r\n\r\n" not in self.held:
                if not self.more():
                    return None
            head, self.held = self.held.split(b"\r\n\r\n", 1)
            lines = head.decode("latin-1").split("\r\n")
            headers = [tuple(line.split(": ", 1)) for line in lines[1:] if ": " in line]
            answer = Answer(int(lines[0].split()[1]), headers, b"")
            length = int(answer.header("Content-Length") or 0)
            while len(self.held) < length and self.more():
                pass
            answer.body, self.held = self.held[:length], self.held[length:]
            return answer
        except (ConnectionError, ssl.SSLError):
            return None

    def ask(self, body=b"", headers=(), method="POST", path="/", length=None):
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
        if length is None:
            length = len(body)
        try:
            self.send(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{fields}Content-Length: {length}\r\n\r\n".encode("latin-1") + body)
        except (ConnectionError, ssl.SSLError):
            pass  # it may have answered and closed while we were still sending
        return self.answer()


def digest(challenge, username, password, count=1, uri="/"):
    """The Authorization field that answers a challenge."""
    fields = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    client, nc = "0a4f113b", f"{count:08x}"
    md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
    response = md5(":".join([md5(f"{username}:{fields['realm']}:{password}"), fields["nonce"], nc, client, "auth", md5(f"POST:{uri}")]))
    return (f'Digest username="{username}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", qop=auth, '
            f'nc={nc}, cnonce="{client}", response="{response}", algorithm=MD5')


ENVELOPE = ('<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cwmp="urn:dslforum-org:cwmp-1-0">'
            '<soap:Header><cwmp:ID soap:mustUnderstand="1">1</cwmp:ID></soap:Header><soap:Body>%s</soap:Body></soap:Envelope>')


def parameter(name, value):
    return f'<ParameterValueStruct><Name>{escape(name)}</Name><Value xsi:type="xsd:string">{value}</Value></ParameterValueStruct>'


def inform(serial, oui="00D09E", product_class="Attacked", events=("2 PERIODIC",), values=(), raw=False):
    """An Inform; `raw`: the texts are XML already."""
    text = (lambda t: t) if raw else escape
    root = "InternetGatewayDevice."
    known = [(root + "DeviceInfo.SoftwareVersion", "1.0"), (root + "ManagementServer.ParameterKey", "")]
    listed = "".join(parameter(name, text(value)) for name, value in known + list(values))
    happened = "".join(f"<EventStruct><EventCode>{text(code)}</EventCode><CommandKey></CommandKey></EventStruct>" for code in events)
    return (ENVELOPE % (
        f"<cwmp:Inform><DeviceId><Manufacturer>Evil</Manufacturer><OUI>{text(oui)}</OUI><ProductClass>{text(product_class)}</ProductClass>"
        f"<SerialNumber>{text(serial)}</SerialNumber></DeviceId>"
        f'<Event soapenc:arrayType="cwmp:EventStruct[{len(events)}]">{happened}</Event><MaxEnvelopes>1</MaxEnvelopes>'
        f"<CurrentTime>2026-01-01T00:00:00Z</CurrentTime><RetryCount>0</RetryCount>"
        f'<ParameterList soapenc:arrayType="cwmp:ParameterValueStruct[{len(values) + 2}]">{listed}</ParameterList></cwmp:Inform>')
            ).encode("utf-8", "surrogatepass")


XML = ("Content-Type", 'text/xml; charset="utf-8"')


class Target:
    """The programs under attack; what tests/e2e/attacks tells of them."""

    def __init__(self, facts):
        self.__dict__.update(facts)
        self.tls = ssl.create_default_context(cafile=self.ca)

    def trusting(self, certificate=None):
        context = ssl.create_default_context(cafile=self.ca)
        if certificate:
            context.load_cert_chain(certificate + ".crt", certificate + ".key")
        return context

    # As a device -----------------------------------------------------------------------------------------------------

    def challenge(self, connection, body=b""):
        refused = connection.ask(body, [XML])
        assert refused.status == 401, refused
        return refused.header("WWW-Authenticate")

    def greet(self, body, username=None, password=None, connection=None, headers=()):
        """Sends a message with a login; the answer, and the connection."""
        connection = connection or Connection(self.plain)
        login = digest(self.challenge(connection), username or self.username, password or self.password)
        return connection.ask(body, [XML, ("Authorization", login), *headers]), connection

    def inform(self, serial, **more):
        """A whole session of a device that says hello and hears everything out; the answer to its Inform."""
        answer, connection = self.greet(inform(serial, **more))
        heard = answer
        for _ in range(20):
            if heard is None or heard.status != 200:
                break
            heard = connection.ask(b"" if heard is answer else self.fault(heard), [XML])
        connection.close()
        return answer

    @staticmethod
    def fault(request):
        number = re.search(rb"<[\w-]*:?ID[^>]*>([^<]*)<", request.body)
        text = ENVELOPE % ('<soap:Fault><faultcode>Client</faultcode><faultstring>CWMP fault</faultstring><detail><cwmp:Fault>'
                           '<FaultCode>9001</FaultCode><FaultString>no</FaultString></cwmp:Fault></detail></soap:Fault>')
        return text.replace('mustUnderstand="1">1<', f'mustUnderstand="1">{number[1].decode() if number else 1}<').encode()

    # As an operator --------------------------------------------------------------------------------------------------

    def api_call(self, method, path, body=None, token=None, headers=()):
        """Status, headers and text. `path` is sent as it is."""
        connection = Connection(self.api)
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        fields = [("Connection", "close"), *headers]
        if token != "":
            fields.append(("Authorization", f"Bearer {token or self.token}"))
        if data and not any(name == "Content-Type" for name, _ in headers):
            fields.append(("Content-Type", "application/json"))
        answer = connection.ask(data, fields, method, path)
        connection.close()
        return answer

    def give_login(self, serial, username, password):
        """A login of its own for a device, as an operator's import would give it."""
        md5 = hashlib.md5(f"{username}:acs:{password}".encode()).hexdigest()
        sha256 = hashlib.sha256(f"{username}:acs:{password}".encode()).hexdigest()
        self.query("INSERT INTO credential (username, device_id, ha1_md5, ha1_sha256) "
                   f"SELECT '{username}', device_id, '\\x{md5}', '\\x{sha256}' FROM public.device WHERE serial_number = '{serial}'")

    def query(self, sql):
        return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-d", self.database, "-c", sql], check=True, capture_output=True,
                              text=True).stdout.strip()

    # As somebody who watches -----------------------------------------------------------------------------------------

    def metric(self, name, **labels):
        with urllib.request.urlopen(f"http://{HOST}:{self.monitor}/metrics") as page:
            text = page.read().decode()
        total = 0.0
        for line in text.splitlines():
            if line.startswith(name + "{") or line.startswith(name + " "):
                if all(f'{key}="{value}"' in line for key, value in labels.items()):
                    total += float(line.rsplit(" ", 1)[1])
        return total

    def resident_kb(self):
        with open(f"/proc/{self.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def log(self):
        with open(self.log_file, errors="surrogateescape") as file:
            return file.read()

    def is_alive(self):
        with urllib.request.urlopen(f"http://{HOST}:{self.monitor}/readyz") as page:
            return page.status == 200


def compressed_zeros(count):
    """A gzip body of `count` zeros, made without holding them."""
    import zlib
    packer, out = zlib.compressobj(9, zlib.DEFLATED, 31), []
    piece = b"\0" * (1 << 20)
    for _ in range(count >> 20):
        out.append(packer.compress(piece))
    out.append(packer.flush())
    return b"".join(out)


def eventually(holds, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.2)
    return holds()
