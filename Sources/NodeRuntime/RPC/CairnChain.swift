import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC
import Mempool
import ProvingRules
import Replica
import Storage
import SystemState

extension NodeRPC {
    /// cairn_: the chain, its supply and its contracts.
    static let cairnChain: [String: Method] = [
        "cairn_status": { rpc, _, _ in try await rpc.status() },
        "cairn_genesis": { rpc, _, _ in
            // What the writer writes, the parser reads.
            try JSONParser.parse(Array(GenesisFile.write(rpc.genesis).utf8))
        },
        "cairn_supply": { rpc, _, _ in await rpc.supply() },
        "cairn_certificate": { rpc, params, _ in try rpc.certificate(try params[0].count()) },
        "cairn_operations": { rpc, params, _ in try rpc.operations(try params[0].count()) },
        "cairn_payload": { rpc, params, _ in
            let digest = try params[0].hash()
            return .optional(
                try rpc.store.read { snapshot throws(StorageFault) in try snapshot.payload(digest) }
            ) { .data($0) }
        },
        "cairn_systemContracts": { _, _, _ in
            .list(SystemContract.allCases) { contract in
                [
                    "name": .string(SystemABI.name(of: contract)), "address": .data(contract.address),
                    "abi": SystemABI.json(of: contract),
                ]
            }
        },
    ]

    private func status() async throws -> JSONValue {
        let halted = await host.halt
        let checker = host.checker
        return await host.read { replica in
            let (tip, system) = (replica.tip.header, replica.ledger.system)
            return [
                "chainId": JSONValue(genesis.chainId), "version": .string(CairnVersion.current),
                "genesisHash": .data(genesis.hash), "isDevnet": .bool(genesis.isDevnet),
                "height": JSONValue(tip.height), "blockHash": .data(replica.tip.hash),
                "timestamp": JSONValue(tip.timestamp),
                "blockIntervalMilliseconds": JSONValue(genesis.chain.blockIntervalMilliseconds),
                "baseFee": .quantity(replica.nextBaseFee), "gasLimit": .quantity(tip.gasLimit),
                "pendingTransactions": .count(replica.mempool.transactionCount),
                "pendingProvingTransactions": .count(replica.mempool.proofCount),
                "provenHeight": JSONValue(system.provenHeight), "proofLag": JSONValue(system.proofLag),
                "queueDepth": JSONValue(system.queueDepth), "activeJobs": .count(system.activeJobs.count),
                "proversRegistered": .count(system.provers.count),
                "proversAvailable": .count(Selection.candidates(system, at: tip.height + 1).count),
                "validators": .count(system.nextValidators.validators.count),
                "accounts": JSONValue(replica.ledger.accounts.accountCount),
                "programHash": .data(checker.programHash), "proofProfile": .string(genesis.proving.proofProfile),
                "preset": .string(genesis.proving.preset.name),
                "halted": .optional(halted) { .string($0.message) },
            ]
        }
    }

    /// Every sum of money; `difference` is what the books are off by, "0" as long as they are right.
    private func supply() async -> JSONValue {
        await host.read { replica in
            let system = replica.ledger.system
            let balances = replica.ledger.accounts.total
            let issued = system.supply.genesis &+ system.supply.minted &- system.supply.burned
            let held = balances &+ system.total
            let difference = held >= issued ? "\(held - issued)" : "-\(issued - held)"
            return [
                "genesis": .quantity(system.supply.genesis), "minted": .quantity(system.supply.minted),
                "burned": .quantity(system.supply.burned), "balances": .quantity(balances),
                "stakes": .quantity(system.totalStaked), "claimable": .quantity(system.totalClaimable),
                "escrow": "0x0", "difference": .string(difference), "height": JSONValue(system.height),
            ]
        }
    }

    private func certificate(_ height: UInt64) throws -> JSONValue {
        let found = try store.read { snapshot throws(StorageFault) in try snapshot.certificate(at: height) }
        guard let certificate = found else { throw RPCError.server("block \(height) has no certificate") }
        return [
            "height": JSONValue(certificate.height), "round": JSONValue(certificate.round),
            "blockHash": .data(certificate.blockHash),
            "signatures": .list(certificate.signatures) { .optional($0) { .data($0.bytes) } },
        ]
    }

    private func operations(_ height: UInt64) throws -> JSONValue {
        let found = try store.read { snapshot throws(StorageFault) in
            (block: try snapshot.block(at: height), list: try snapshot.operations(at: height))
        }
        guard let block = found.block else { throw Self.headerNotFound }
        guard found.list?.count ?? 0 == Int(block.header.operationCount) else {
            throw RPCError.server("block \(height) is proven: its operations were dropped")
        }
        return .list(Array((found.list ?? []).enumerated())) { position, operation in
            [
                "sequence": .count(position + 1), "index": JSONValue(operation.index),
                "address": .data(operation.address), "incrementsNonce": .bool(operation.incrementsNonce),
                "amount": .quantity(operation.amount), "isDebit": .bool(operation.isDebit),
                "creates": .bool(operation.creates),
            ]
        }
    }
}

extension SystemState {
    /// Height of the last block with operations less the height up to which everything is proven; 0 when all is.
    var proofLag: UInt64 { unproven.keys.last.map { $0 - min($0, provenHeight) } ?? 0 }
    /// Jobs in a phase.
    var activeJobs: [Job] { jobs.values.filter { !$0.isClosed && $0.phase != .queued } }
}
