"""Writes account_tree.json: leaves, roots and digests by a second implementation of what the doc comments in
Sources/AccountTree say. Poseidon2's constants come from the Grain LFSR, not from the sources.

    pip install eth-account==0.14.0
    python generate_account_tree.py
"""

import hashlib
import json
import pathlib

from eth_utils import keccak

P = 2**31 - 2**24 + 1
DEPTH = 28


def grain_constants() -> list[int]:
    """(field 1, S-box 0, n = 31, t = 16, R_F = 8, R_P = 20): 4 x 16, 20 and 4 x 16 numbers below p."""
    state = []
    for value, bits in [(1, 2), (0, 4), (31, 12), (16, 12), (8, 10), (20, 10), (2**30 - 1, 30)]:
        state += [value >> (bits - 1 - i) & 1 for i in range(bits)]

    def step() -> int:
        bit = state[62] ^ state[51] ^ state[38] ^ state[23] ^ state[13] ^ state[0]
        state.append(bit)
        del state[0]
        return bit

    for _ in range(160):
        step()

    def drawn_bit() -> int:
        while True:
            keep, bit = step(), step()
            if keep:
                return bit

    numbers = []
    while len(numbers) < 148:
        number = 0
        for _ in range(31):
            number = 2 * number + drawn_bit()
        if number < P:
            numbers.append(number)
    return numbers


CONSTANTS = grain_constants()
INITIAL, PARTIAL, FINAL = CONSTANTS[:64], CONSTANTS[64:84], CONSTANTS[84:]
SHA = "d0fc41a00aca77671013be51a5d6a12087b1412bb093c37fc3b8d9d3bb644cd4"
assert hashlib.sha256(b"".join(c.to_bytes(4, "little") for c in CONSTANTS)).hexdigest() == SHA


def inverse(x: int) -> int:
    return pow(x, P - 2, P)


DIAGONAL = [-2, 1, 2, inverse(2), 3, 4, -inverse(2), -3, -4, inverse(2**8), inverse(8), inverse(2**24)]
DIAGONAL += [-inverse(2**8), -inverse(8), -inverse(16), -inverse(2**24)]
M4 = [[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]]
EXTERNAL = [[M4[i % 4][j % 4] * (2 if i // 4 == j // 4 else 1) for j in range(16)] for i in range(16)]


def external(x: list[int]) -> list[int]:
    return [sum(m * v for m, v in zip(row, x)) % P for row in EXTERNAL]


def full_rounds(x: list[int], constants: list[int]) -> list[int]:
    for r in range(4):
        x = external([pow(v + c, 3, P) for v, c in zip(x, constants[16 * r : 16 * r + 16])])
    return x


def permute(x: list[int]) -> list[int]:
    x = full_rounds(external(x), INITIAL)
    for constant in PARTIAL:
        x = [pow(x[0] + constant, 3, P)] + x[1:]
        total = sum(x)
        x = [(total + d * v) % P for d, v in zip(DIAGONAL, x)]
    return full_rounds(x, FINAL)


assert permute(list(range(16)))[:3] == [1259554834, 663463928, 1989430097]


def compress(left: list[int], right: list[int]) -> list[int]:
    x = left + right
    return [(a + b) % P for a, b in zip(permute(x), x)][:8]


def limbs(value: int, bits: int, count: int) -> list[int]:
    return [value >> (bits * i) & (2**bits - 1) for i in range(count)]


def address_limbs(address: bytes) -> list[int]:
    low = limbs(int.from_bytes(address, "big"), 30, 6)
    return low[:5] + [low[5] + 2**10]


def leaf(account) -> list[int]:
    if account is None:
        return compress([0] * 8, [0] * 8)
    address, nonce, balance = account
    return compress(address_limbs(address) + limbs(nonce, 30, 2), limbs(balance, 26, 5) + [0] * 3)


def record(operation) -> list[int]:
    index, address, flags, amount = operation
    return compress(address_limbs(address) + [index, flags], limbs(amount, 26, 5) + [0] * 3)


EMPTY = [leaf(None)]
for _ in range(DEPTH):
    EMPTY.append(compress(EMPTY[-1], EMPTY[-1]))


def root(nodes: list[list[int]], depth: int) -> list[int]:
    for height in range(depth):
        if len(nodes) % 2:
            nodes = nodes + [EMPTY[height]]
        nodes = [compress(nodes[i], nodes[i + 1]) for i in range(0, len(nodes), 2)] or [EMPTY[height + 1]]
    return nodes[0]


def encode(digest: list[int]) -> bytes:
    return b"".join(element.to_bytes(4, "little") for element in digest)


def operations_digest(count: int, digest: list[int]) -> bytes:
    domain = b"cairn/operations/v1"
    return keccak(bytes([len(domain)]) + domain + count.to_bytes(4, "big") + encode(digest))


def drawn(text: str, count: int) -> bytes:
    return hashlib.sha512(text.encode()).digest()[:count]


def main() -> None:
    accounts = [(bytes(20), 0, 0), (b"\xff" * 20, 2**60 - 1, 2**128 - 1)]
    for i in range(5):
        nonce = int.from_bytes(drawn(f"nonce {i}", 8), "big") >> 4
        accounts.append((drawn(f"address {i}", 20), nonce, int.from_bytes(drawn(f"balance {i}", 16), "big")))
    operations = []
    for i in range(7):
        amount = int.from_bytes(drawn(f"amount {i}", 16), "big")
        operations.append((i * i * 1000, drawn(f"operator {i}", 20), i, amount))

    lists = []
    for count in range(len(operations) + 1):
        depth = max(count - 1, 0).bit_length()
        top = root([record(o) for o in operations[:count]] or [EMPTY[0]], depth)
        lists.append({"root": encode(top).hex(), "digest": operations_digest(count, top).hex()})
    result = {
        "accounts": [
            {"address": a.hex(), "nonce": str(n), "balance": str(b), "leaf": encode(leaf((a, n, b))).hex()}
            for a, n, b in accounts
        ],
        "rootsByAccountCount": [
            encode(root([leaf(a) for a in accounts[:count]], DEPTH)).hex() for count in range(len(accounts) + 1)
        ],
        "operations": [
            {"index": i, "address": a.hex(), "flags": f, "amount": str(b)} for i, a, f, b in operations
        ],
        "operationsByCount": lists,
    }
    path = pathlib.Path(__file__).with_name("account_tree.json")
    path.write_text(json.dumps(result, indent=1) + "\n")


main()
