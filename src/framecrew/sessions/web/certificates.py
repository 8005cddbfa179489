"""Certificates: a page that is served on this machine over https has one that nobody vouches for.

The browser is told to take just that one, by the digest of its key; every other is judged as always.
"""

import base64
import hashlib
import ssl
import urllib.parse

LOOPBACK = ("localhost", "127.0.0.1", "::1")

KEY = 6
"""The key's place in a certificate: behind version, number, algorithm, issuer, time and subject."""


def own_certificate(address):
    """The browser's argument for the certificate of an address on this machine; empty elsewhere,
    and where no certificate can be had.
    """
    parts = urllib.parse.urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" or not (host in LOOPBACK or host.endswith(".localhost")):
        return ""
    target = "localhost" if host.endswith(".localhost") else host
    try:
        text = ssl.get_server_certificate((target, parts.port or 443), timeout=5)
    except (OSError, ValueError):
        return ""
    key = key_of(ssl.PEM_cert_to_DER_cert(text))
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode()
    return f"--ignore-certificate-errors-spki-list={digest}"


def key_of(certificate):
    """The part of a certificate (DER) that holds its public key, as it stands there."""
    begin, _ = _inside(certificate, 0)
    begin, end = _inside(certificate, begin)
    for _ in range(KEY):
        begin = _inside(certificate, begin)[1]
    if begin >= end:
        raise ValueError("the certificate holds no key")
    return certificate[begin : _inside(certificate, begin)[1]]


def _inside(data, place):
    """Where the content of the value at this place begins, and where it ends."""
    length, begin = data[place + 1], place + 2
    if length & 0x80:
        count = length & 0x7F
        length, begin = int.from_bytes(data[begin : begin + count], "big"), begin + count
    return begin, begin + length
