"""Writes chain_types.json: hashes and formats that are Cairn's own, computed by a second implementation of what the
doc comments in Sources/ChainTypes say.

    pip install eth-account==0.14.0
    python generate_chain_types.py
"""

import hashlib
import json
import pathlib

import rlp
from eth_keys import keys
from eth_utils import keccak


def word(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def digest_bytes(text: str) -> bytes:
    """Eight field elements below 2^30, little-endian."""
    drawn = word(text)
    elements = [int.from_bytes(drawn[4 * i : 4 * i + 4], "little") % 2**30 for i in range(8)]
    return b"".join(element.to_bytes(4, "little") for element in elements)


def u(bits: int, value: int) -> bytes:
    return value.to_bytes(bits // 8, "big")


def message(domain: str, *fields: bytes) -> bytes:
    return bytes([len(domain)]) + domain.encode() + b"".join(fields)


def hashed(domain: str, *fields: bytes) -> bytes:
    return keccak(message(domain, *fields))


def hexed(data: bytes) -> str:
    return "0x" + data.hex()


class Stream:
    def __init__(self, seed: bytes, purpose: int):
        self.seed, self.purpose, self.counter, self.words = seed, purpose, 0, []

    def next(self) -> int:
        if not self.words:
            block = hashed("cairn/seed-stream/v1", self.seed, u(32, self.purpose), u(64, self.counter))
            self.counter += 1
            self.words = [int.from_bytes(block[i : i + 8], "big") for i in range(0, 32, 8)]
        return self.words.pop(0)

    def below(self, bound: int) -> int:
        if bound == 1:
            return 0
        drawn = self.next()
        while drawn < 2**64 % bound:
            drawn = self.next()
        return drawn % bound

    def shuffle(self, items: list) -> list:
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


def merkle(items: list) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if not items:
        return keccak(b"")
    if len(items) == 1:
        return keccak(b"\x00" + items[0])
    split = 1
    while 2 * split < len(items):
        split *= 2
    return keccak(b"\x01" + merkle(items[:split]) + merkle(items[split:]))


def base_fee(parent: int, used: int, limit: int, elasticity: int, denominator: int, minimum: int) -> int:
    """EIP-1559's reference code, with a floor."""
    target = limit // elasticity
    if used == target:
        fee = parent
    elif used > target:
        fee = parent + max(parent * (used - target) // target // denominator, 1)
    else:
        fee = parent - parent * (target - used) // target // denominator
    return max(min(fee, 2**128 - 1), minimum)


def proving(index: int) -> dict:
    secret = word(f"cairn/test-key/{index}")
    fields = [
        [1337, 1, 2**64 - 1][index % 3], word(f"job/{index}"), index % 8 + 1, [0, 1, 7][index % 3],
        [10**9, 2**128 - 1, 7][index % 3], word(f"payload/{index}"), [0, 127, 128, 2**24][index % 4],
    ]
    signature = keys.PrivateKey(secret).sign_msg_hash(keccak(b"\x50" + rlp.encode(fields)))
    raw = b"\x50" + rlp.encode(fields + [signature.v, signature.r, signature.s])
    return {
        "key": hexed(secret), "sender": keys.PrivateKey(secret).public_key.to_address(), "raw": hexed(raw),
        "hash": hexed(keccak(raw)), "chainId": str(fields[0]), "jobId": hexed(fields[1]), "phase": fields[2],
        "maxPriorityFeePerGas": str(fields[3]), "maxFeePerGas": str(fields[4]), "payloadDigest": hexed(fields[5]),
        "payloadLength": fields[6],
    }


def streams() -> list:
    vectors = []
    for index, bound in enumerate([1, 2, 3, 10, 200, 2**32, 2**63 + 1, 2**64 - 1]):
        seed, purpose = word(f"seed/{index}"), index % 3
        stream = Stream(seed, purpose)
        vectors.append({
            "seed": hexed(seed), "purpose": purpose, "bound": str(bound),
            "values": [str(stream.below(bound)) for _ in range(20)],
            "shuffled": Stream(seed, purpose).shuffle(list(range(25))),
        })
    return vectors


def base_fees() -> list:
    vectors = []
    for parent in [0, 1, 7, 8, 10**9, 875_000_000, 2**100, 2**127, 2**128 - 1]:
        for used, limit in [(0, 30), (15, 30), (14, 30), (16, 30), (30, 30), (0, 30_000_000), (10**7, 30_000_000),
                            (15_000_001, 30_000_000), (30_000_000, 30_000_000), (2**61, 2**61)]:
            for elasticity, denominator, minimum in [(2, 8, 0), (4, 50, 7)]:
                vectors.append({
                    "parent": str(parent), "used": str(used), "limit": str(limit), "elasticity": elasticity,
                    "denominator": denominator, "minimum": str(minimum),
                    "next": str(base_fee(parent, used, limit, elasticity, denominator, minimum)),
                })
    return vectors


def main() -> None:
    block, mix, output = word("block"), word("mix"), word("output")
    before, after, program = digest_bytes("before"), digest_bytes("after"), digest_bytes("program")
    plan = [(3, 10, 5), (3, 10, 5), (7, 20, 2**32 - 1)]
    vectors = {
        "provingTransactions": [proving(index) for index in range(16)],
        "streams": streams(),
        "baseFees": base_fees(),
        "merkleRoots": [hexed(merkle([bytes([i]) * i for i in range(n)])) for n in range(20)],
        "selectionSeed": hexed(hashed("cairn/selection/v1", u(64, 1337), u(64, 42), u(32, 1), u(32, 2), mix)),
        "randaoAlpha": hexed(message("cairn/randao/alpha/v1", u(64, 1337), u(64, 42), mix)),
        "nextMix": hexed(hashed("cairn/randao/mix/v1", mix, output)),
        "voteSignBytes": hexed(message("cairn/vote/v1", u(64, 1337), b"\x02", u(64, 42), u(32, 3), b"\x01", block)),
        "nilVoteSignBytes": hexed(
            message("cairn/vote/v1", u(64, 1337), b"\x01", u(64, 42), u(32, 3), b"\x00", bytes(32))),
        "proposalSignBytes": hexed(
            message("cairn/proposal/v1", u(64, 1337), u(64, 42), u(32, 3), b"\x01", u(32, 1), block)),
        "jobId": hexed(hashed(
            "cairn/job/v1", u(64, 1337), program, u(64, 40), u(64, 42), block, u(32, 1), u(32, 4), output, before,
            after, u(32, 2))),
        "planRoot": hexed(hashed("cairn/plan/v1", u(32, 3), merkle([u(32, c) + u(8, h) + u(32, w) for c, h, w in plan]))),
    }
    path = pathlib.Path(__file__).with_name("chain_types.json")
    path.write_text(json.dumps(vectors, indent=1) + "\n")


main()
