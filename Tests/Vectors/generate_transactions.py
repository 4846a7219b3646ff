"""Writes transactions.json: signed transactions of types 0, 1 and 2 made by eth-account, an implementation of its own.

    pip install eth-account==0.14.0
    python generate_transactions.py

Amounts are decimal texts, since JSON numbers above 2^53 are read differently by different readers.
"""

import hashlib
import json
import pathlib

from eth_account import Account
from eth_utils import to_checksum_address

ETHER = 10**18
GWEI = 10**9


def draw(seed: str, bound: int) -> int:
    """A reproducible integer in 0 ..< bound."""
    return int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big") % bound


def key(index: int) -> bytes:
    return hashlib.sha256(f"cairn/test-key/{index}".encode()).digest()


def access_list(index: int) -> list:
    entries = []
    for entry in range(index % 4):
        keys = ["0x" + hashlib.sha256(f"{index}/{entry}/{n}".encode()).hexdigest() for n in range((index + entry) % 3)]
        address = to_checksum_address("0x" + hashlib.sha256(f"access/{index}/{entry}".encode()).hexdigest()[:40])
        entries.append({"address": address, "storageKeys": keys})
    return entries


def transaction(kind: int, index: int) -> dict:
    seed = f"{kind}/{index}"
    sizes = [0, 1, 4, 31, 55, 56, 57, 255, 256, 1000]
    data = hashlib.shake_256(f"data/{seed}".encode()).digest(sizes[index % len(sizes)])
    if index == 1:
        data = b"\x7f"
    fields = {
        "chainId": [1, 1337, 31337, 4503599627370476, 2**64 - 1][index % 5],
        "nonce": [0, 1, 127, 128, 255, 256, 65535, 2**32, 2**60 - 2][index % 9],
        "gas": [21000, 0, 53000, 30_000_000, 2**63][index % 5],
        "value": [0, 1, ETHER, 127, 128, 2**128 - 1, draw(f"value/{seed}", 2**128)][index % 7],
        "data": "0x" + data.hex(),
    }
    if index % 6 != 5:
        fields["to"] = to_checksum_address("0x" + hashlib.sha256(f"to/{seed}".encode()).hexdigest()[:40])
    if kind == 2:
        fields["maxFeePerGas"] = [2 * GWEI, 2**128 - 1, 7, draw(f"fee/{seed}", 2**100)][index % 4]
        fields["maxPriorityFeePerGas"] = [GWEI, 0, 7, 1][index % 4]
        fields["type"] = 2
    else:
        fields["gasPrice"] = [20 * GWEI, 0, 1, draw(f"price/{seed}", 2**120)][index % 4]
    if kind == 1:
        fields["type"] = 1
    if kind != 0:
        fields["accessList"] = access_list(index)
    return fields


def vector(kind: int, index: int) -> dict:
    secret = key(index % 7)
    fields = transaction(kind, index)
    account = Account.from_key(secret)
    signed = account.sign_transaction(fields)
    if Account.recover_transaction(signed.raw_transaction) != account.address:
        raise SystemExit("eth-account does not recover its own signature")
    price = fields.get("gasPrice", 0)
    return {
        "type": kind,
        "key": "0x" + secret.hex(),
        "sender": account.address.lower(),
        "hash": "0x" + bytes(signed.hash).hex(),
        "raw": "0x" + bytes(signed.raw_transaction).hex(),
        "chainId": str(fields["chainId"]),
        "nonce": str(fields["nonce"]),
        "maxPriorityFeePerGas": str(fields.get("maxPriorityFeePerGas", price)),
        "maxFeePerGas": str(fields.get("maxFeePerGas", price)),
        "gasLimit": str(fields["gas"]),
        "to": fields.get("to", ""),
        "value": str(fields["value"]),
        "data": fields["data"],
        "accessList": fields.get("accessList", []),
    }


def main() -> None:
    vectors = [vector(kind, index) for kind in (0, 1, 2) for index in range(20)]
    path = pathlib.Path(__file__).with_name("transactions.json")
    path.write_text(json.dumps(vectors, indent=1) + "\n")


main()
