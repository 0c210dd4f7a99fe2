#!/usr/bin/env python3
"""What kind of NAT is between here and a server: probe.py serve ADDRESS | probe.py ask ADDRESS.

The server has two UDP ports. It tells whoever asks a port what address the question came from, and once more from the
other port. So the client learns whether NAT gives both questions the same address (mapping), and whether it lets in what
comes from a port that was not asked (filtering)."""
import select
import socket
import sys
import time

PORTS = (4000, 4001)


def sockets(address, ports):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = []
    for port in ports:
        one = socket.socket(family, socket.SOCK_DGRAM)
        one.bind((address, port))
        made.append(one)
    return made


def serve(address):
    ears = sockets(address, PORTS)
    print("ready", flush=True)
    while True:
        for ear in select.select(ears, [], [])[0]:
            _, peer = ear.recvfrom(100)
            told = f"{peer[0]} {peer[1]}"
            ear.sendto(f"answer {told}".encode(), peer[:2])
            other = ears[1 - ears.index(ear)]
            other.sendto(f"other {told}".encode(), peer[:2])


def hear(ear, kind, seconds):
    """The first message of that kind, or None."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([ear], [], [], left)[0]:
            words = ear.recvfrom(200)[0].decode().split()
            if words[0] == kind:
                return words[1:]
    return None


def ask(address):
    ear = sockets("::" if ":" in address else "0.0.0.0", [0])[0]
    ear.sendto(b"hello", (address, PORTS[0]))
    first = hear(ear, "answer", 3)
    is_open = hear(ear, "other", 1) is not None
    ear.sendto(b"hello", (address, PORTS[1]))
    second = hear(ear, "answer", 3)
    if first is None or second is None:
        return "blocked"
    if first != second:
        return "symmetric"
    ear.close()
    return "open" if is_open else "port-restricted"


if __name__ == "__main__":
    command, where = sys.argv[1:3]
    if command == "serve":
        serve(where)
    print(ask(where))
