import ByteCodec
import ChainTypes
import Execution
import JSONRPC
import Mempool
import Replica
import Storage

extension NodeRPC {
    /// eth_: accounts and calls.
    static let ethereumState: [String: Method] = [
        "eth_getBalance": { rpc, params, _ in
            .quantity(try rpc.account(try params[0].address(), at: try params[1].block())?.balance ?? 0)
        },
        "eth_getTransactionCount": { rpc, params, _ in
            let (address, reference) = (try params[0].address(), try params[1].block())
            let nonce = try rpc.account(address, at: reference)?.nonce ?? 0
            guard reference == .pending else { return .quantity(nonce) }
            return .quantity(
                await rpc.host.read { replica in
                    replica.mempool.nextNonce(
                        of: address, accountNonce: replica.ledger.accounts.account(at: address)?.account.nonce ?? 0)
                })
        },
        "eth_getCode": { rpc, params, _ in
            let address = try params[0].address()
            try rpc.requireBlock(try params[1].block())
            // INVALID (EIP-141): there is something to call, and no bytecode to read.
            return SystemContract(address: address) == nil ? "0x" : "0xfe"
        },
        "eth_getStorageAt": { rpc, params, _ in
            _ = try params[0].address()
            try rpc.requireBlock(try params[2].block())
            return .data(Bytes32.zero)
        },
        "eth_call": { rpc, params, _ in try await rpc.call(params) },
        "eth_estimateGas": { rpc, params, _ in try await rpc.estimateGas(params) },
        "eth_createAccessList": { rpc, params, _ in
            ["accessList": [], "gasUsed": try await rpc.estimateGas(params)]
        },
    ]

    /// Views answer from the state after the last block: older system state is not kept. A function that changes state
    /// is tried on a copy.
    private func call(_ params: RPCParameters) async throws -> JSONValue {
        let request = try CallRequest(params[0])
        let reference = try params[1].block()
        try requireBlock(reference)
        guard let to = request.to else { throw Self.creation }
        guard let contract = SystemContract(address: to) else { return "0x" }
        try requireHead(reference)
        let outcome = await host.read { replica in
            CallTrial(ledger: replica.ledger).run(request, contract)
        }
        return .data(try Self.unwrap(outcome))
    }

    private func estimateGas(_ params: RPCParameters) async throws -> JSONValue {
        let request = try CallRequest(params[0])
        try requireBlock(try params[1].block())
        guard request.to != nil else { throw Self.creation }
        let gas = try Self.unwrap(
            await host.read { replica in CallTrial(ledger: replica.ledger).estimate(request) })
        if let limit = request.gas, limit < gas { throw RPCError.server("gas required exceeds allowance (\(limit))") }
        return .quantity(gas)
    }

    private func requireHead(_ reference: BlockReference) throws {
        let isHead = try store.read { snapshot throws(StorageFault) in
            try height(of: reference, in: snapshot) == snapshot.head().height
        }
        guard isHead else {
            throw RPCError.server("the state of the system contracts is kept for the latest block only")
        }
    }

    private static let creation = RPCError.server(
        "contract creation is not supported: this chain has native contracts and no EVM")

    private static func unwrap<T>(_ outcome: Result<T, CallFailure>) throws -> T {
        switch outcome {
        case .success(let value): return value
        case .failure(.reverted(let reason)):
            throw RPCError.reverted(reason, data: Hex.encode(ABIRevert.error(reason)))
        case .failure(.insufficientFunds(let balance, let cost)):
            throw RPCError.server(
                "insufficient funds for gas * price + value: balance \(balance), tx cost \(cost)")
        }
    }
}
