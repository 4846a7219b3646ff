"""What a program written against Ethereum does, done to a Cairn devnet with web3.py.

Usage: web3_client.py URL FOLDER_OF_ABIS
Prints one line a step and exits with 0 when everything held.
"""

import json
import pathlib
import sys
import time

from eth_account import Account
from web3 import Web3
from web3.exceptions import ContractLogicError, Web3RPCError
from web3.logs import DISCARD

DEV0 = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
DEV1 = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
REGISTRY = Web3.to_checksum_address("0x0000000000000000000000000000000000c0de01")
CLAIMS = Web3.to_checksum_address("0x0000000000000000000000000000000000c0de02")
JOBS = Web3.to_checksum_address("0x0000000000000000000000000000000000c0de03")


def connect(url):
    web3 = Web3(Web3.HTTPProvider(url))
    assert web3.is_connected(), "not connected"
    chain = web3.eth.chain_id
    assert web3.net.version == str(chain), web3.net.version
    assert "cairn" in web3.client_version.lower(), web3.client_version
    print("chain", chain, web3.client_version)
    return web3


def send(web3, account, transaction):
    signed = account.sign_transaction(transaction)
    sent = web3.eth.send_raw_transaction(signed.raw_transaction)
    assert sent == signed.hash, "the node names another hash"
    receipt = web3.eth.wait_for_transaction_receipt(sent, timeout=120, poll_latency=0.1)
    assert receipt["status"] == 1, receipt
    assert receipt["transactionHash"] == sent
    assert receipt["from"] == account.address
    return receipt


def dynamic_fee_transfer(web3, sender, receiver, value):
    """EIP-1559, with the fees and gas that the library asks the node for."""
    tip = web3.eth.max_priority_fee
    base = web3.eth.get_block("latest")["baseFeePerGas"]
    call = {"from": sender.address, "to": receiver, "value": value}
    transaction = {
        "chainId": web3.eth.chain_id,
        "type": 2,
        "nonce": web3.eth.get_transaction_count(sender.address, "pending"),
        "to": receiver,
        "value": value,
        "gas": web3.eth.estimate_gas(call),
        "maxPriorityFeePerGas": tip,
        "maxFeePerGas": 2 * base + tip,
    }
    return send(web3, sender, transaction)


def legacy_transfer(web3, sender, receiver, value):
    """EIP-155, at the node's gas price."""
    transaction = {
        "chainId": web3.eth.chain_id,
        "nonce": web3.eth.get_transaction_count(sender.address, "pending"),
        "to": receiver,
        "value": value,
        "gas": web3.eth.estimate_gas({"from": sender.address, "to": receiver, "value": value}),
        "gasPrice": web3.eth.gas_price,
    }
    return send(web3, sender, transaction)


def check_transfers(web3, sender):
    for transfer, kind in ((dynamic_fee_transfer, 2), (legacy_transfer, 0)):
        receiver = Account.create().address
        receipt = transfer(web3, sender, receiver, Web3.to_wei(1.5, "ether"))
        number = receipt["blockNumber"]
        assert web3.eth.get_balance(receiver) == 15 * 10**17
        before = web3.eth.get_balance(sender.address, number - 1)
        after = web3.eth.get_balance(sender.address, number)
        fee = receipt["gasUsed"] * receipt["effectiveGasPrice"]
        assert before - after == 15 * 10**17 + fee, (before, after, fee)
        assert receipt["type"] == kind

        found = web3.eth.get_transaction(receipt["transactionHash"])
        assert found["to"] == receiver and found["value"] == 15 * 10**17 and found["blockNumber"] == number
        block = web3.eth.get_block(number, full_transactions=True)
        assert block["hash"] == receipt["blockHash"]
        assert any(t["hash"] == receipt["transactionHash"] for t in block["transactions"])
        assert web3.eth.get_block(block["hash"])["number"] == number
        assert web3.eth.get_block(number - 1)["hash"] == block["parentHash"]
        print(transfer.__name__, "in block", number)


def check_fees(web3):
    history = web3.eth.fee_history(4, "latest", [25, 75])
    count = len(history["gasUsedRatio"])
    assert 1 <= count <= 4
    assert len(history["baseFeePerGas"]) == count + 1
    assert len(history["reward"]) == count and all(len(tips) == 2 for tips in history["reward"])
    block = web3.eth.get_block(history["oldestBlock"])
    assert block["baseFeePerGas"] == history["baseFeePerGas"][0]
    print("fee history of", count, "blocks")


def refused(action):
    """The text of the node's refusal."""
    try:
        result = action()
    except (Web3RPCError, ContractLogicError) as error:
        return str(error)
    raise AssertionError(f"not refused: {result}")


def check_refusals(web3, sender, abis):
    fresh = Account.create()
    good = {
        "chainId": web3.eth.chain_id,
        "type": 2,
        "nonce": 0,
        "to": sender.address,
        "value": 1,
        "gas": 21000,
        "maxPriorityFeePerGas": 10**9,
        "maxFeePerGas": 10**10,
    }

    def raw(account, **changes):
        signed = account.sign_transaction({**good, **changes})
        return refused(lambda: web3.eth.send_raw_transaction(signed.raw_transaction))

    assert "insufficient funds" in raw(fresh)
    assert "nonce too low" in raw(sender)
    nonce = web3.eth.get_transaction_count(sender.address, "pending")
    assert "intrinsic gas too low" in raw(sender, nonce=nonce, gas=20999)
    assert "chain id" in raw(sender, nonce=nonce, chainId=1)
    assert "insufficient funds" in raw(sender, nonce=nonce, value=10**30)
    assert "nonce too high" in raw(sender, nonce=nonce + 10**6)

    # A call that reverts says why, in the form that the library reads.
    registry = web3.eth.contract(address=REGISTRY, abi=abis["ProverRegistry"])
    text = refused(lambda: registry.functions.leave().call({"from": fresh.address}))
    assert "revert" in text.lower(), text
    claims = web3.eth.contract(address=CLAIMS, abi=abis["Claims"])
    text = refused(lambda: claims.functions.claim().estimate_gas({"from": fresh.address}))
    assert "nothing to claim" in text, text
    print("refusals are told")


def check_contracts(web3, abis):
    registry = web3.eth.contract(address=REGISTRY, abi=abis["ProverRegistry"])
    count = registry.functions.proverCount().call()
    assert count == 4, count
    owner = registry.functions.proverAt(0).call()
    prover = registry.functions.prover(owner).call()
    operator, stake = prover[0], prover[2]
    assert registry.functions.ownerOf(operator).call() == owner
    assert stake >= registry.functions.minimumStake().call() > 0
    claims = web3.eth.contract(address=CLAIMS, abi=abis["Claims"])
    assert claims.functions.claimable(Account.create().address).call() == 0
    print("contract views of", count, "provers")


def check_proving_events(web3, abis):
    """Follows one job from its selection to its proof through events alone."""
    jobs = web3.eth.contract(address=JOBS, abi=abis["ProvingJobs"])
    deadline = time.monotonic() + 180
    while True:
        proven = jobs.events.JobProven.get_logs(from_block=0)
        if proven:
            break
        assert time.monotonic() < deadline, "no JobProven event"
        time.sleep(0.2)
    event = proven[0]
    identifier, height = event["args"]["jobId"], event["args"]["firstHeight"]
    assert jobs.functions.provenHeight().call() >= event["args"]["lastHeight"] >= height > 0

    selected = jobs.events.JobSelected.get_logs(from_block=0, argument_filters={"jobId": identifier})
    assert len(selected) == 1, selected
    assert len(set(selected[0]["args"]["provers"])) >= 2, selected
    assert selected[0]["blockNumber"] < event["blockNumber"]
    submitted = jobs.events.Submitted.get_logs(from_block=0, argument_filters={"jobId": identifier})
    assert len({log["args"]["owner"] for log in submitted}) >= 2

    # The transaction that completed the proof, and the receipt that has the same event.
    receipt = web3.eth.get_transaction_receipt(event["transactionHash"])
    logs = jobs.events.JobProven().process_receipt(receipt, errors=DISCARD)
    assert any(log["args"]["jobId"] == identifier for log in logs)
    state = jobs.functions.jobState(identifier).call()
    assert state[2] == height and state[5] is True, state
    print("job of block", height, "proven in block", event["blockNumber"])
    return jobs


def check_filters(web3, sender, jobs):
    blocks = web3.eth.filter("latest")
    events = jobs.events.JobSelected.create_filter(from_block=0)
    assert events.get_all_entries()
    receipt = dynamic_fee_transfer(web3, sender, Account.create().address, 1)
    assert receipt["blockHash"] in blocks.get_new_entries()
    assert web3.eth.uninstall_filter(blocks.filter_id)
    print("filters work")


def main():
    url, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    abis = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    web3 = connect(url)
    sender = Account.from_key(DEV0)
    assert web3.eth.get_balance(Account.from_key(DEV1).address) > 0
    check_transfers(web3, sender)
    check_fees(web3)
    check_contracts(web3, abis)
    check_refusals(web3, sender, abis)
    jobs = check_proving_events(web3, abis)
    check_filters(web3, sender, jobs)
    print("everything held")


main()
