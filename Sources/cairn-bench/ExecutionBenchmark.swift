import ByteCodec
import ChainTypes
import Circuits
import Cryptography
import Foundation
import NodeRuntime
import Replica
import STARKCore

/// Pre-signed transfers through a one-validator chain: admitted, executed, decided, committed to disk, synced.
struct ExecutionBenchmark {
    static let transfers = 5_000
    static let perBlock = 1_000

    func run(_ report: Report) throws {
        let senders = try (0..<100).map { try SecretKey(Keccak256.hash(utf8: "cairn/bench/\($0)").bytes) }
        let genesis = try BenchGenesis.make(accounts: senders.map(\.publicKey.address))
        let encoded = try sign(senders, genesis: genesis)

        var transactions: [VerifiedTransaction] = []
        let recovering = try Report.seconds {
            transactions = try encoded.map { try VerifiedTransaction(decoding: $0, chainId: genesis.chainId) }
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "cairn-bench-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try ChainStore.open(path: folder.path, genesis: genesis)
        defer { store.close() }
        let program = try BlockProgram(parameters: .profileA)
        let keys = try DevnetKeys.validator(0)
        var replica = Replica(
            genesis: genesis, keys: keys, restored: try store.load(validator: keys.address), checker: ProofChecker(program: program))

        var now = genesis.timestamp
        var committed = 0
        var stages = ["execute": 0.0, "commit": 0.0, "admit": 0.0]
        let total = try Report.seconds {
            for batch in stride(from: 0, to: transactions.count, by: Self.perBlock) {
                stages["admit", default: 0] += try Report.seconds {
                    for transaction in transactions[batch..<min(batch + Self.perBlock, transactions.count)] {
                        _ = try replica.step(.submit(transaction, payload: nil))
                    }
                }
                now += 1_000
                var effects: [ReplicaEffect] = []
                stages["execute", default: 0] += try Report.seconds {
                    effects = try replica.step(.beginHeight(replica.tip.header.height + 1, now: now))
                }
                stages["commit", default: 0] += try Report.seconds {
                    for effect in effects {
                        switch effect {
                        case .persistSignState(let state, let proposed):
                            try store.persistSignState(state, proposed: proposed)
                        case .commit(let block):
                            try store.commit(block)
                            committed += block.transactions.count
                        default: break
                        }
                    }
                }
            }
        }
        let rate = Double(committed) / total
        let withRecovery = Double(committed) / (total + recovering)
        let recoverRate = Double(encoded.count) / recovering
        report.line(
            "transfers",
            [
                "committed": Double(committed), "per_second": rate, "recover_per_second_one_core": recoverRate,
                "with_recovery_per_second": withRecovery, "ratio_to_recover": withRecovery / recoverRate,
                "block": Double(Self.perBlock),
            ])
        report.line("transfer_microseconds", stages.mapValues { $0 * 1e6 / Double(max(committed, 1)) })
    }

    private func sign(_ senders: [SecretKey], genesis: Genesis) throws -> [[UInt8]] {
        var encoded: [[UInt8]] = []
        for index in 0..<Self.transfers {
            let sender = senders[index % senders.count]
            let recipient = senders[(index * 7 + 1) % senders.count].publicKey.address
            let transaction = OrdinaryTransaction(
                kind: .dynamicFee, chainId: genesis.chainId, nonce: UInt64(index / senders.count),
                maxPriorityFeePerGas: 1, maxFeePerGas: 1_000 * genesis.chain.minBaseFee, gasLimit: 21_000,
                to: recipient, value: 1)
            encoded.append(try transaction.sign(with: sender).encoded)
        }
        return encoded
    }
}
