import ByteCodec
import ChainTypes
import Cryptography
import Foundation
import Glibc
import JSONRPC
import Testing

extension ScenarioTests {
    /// What only a dishonest or confused prover sends is refused by its name, and the job is proven all the same.
    @Test(.timeLimit(.minutes(10)))
    func aDishonestProverIsRefusedByName() async throws {
        try await Scenario.play { scenario in
            let chain = try await Chain.create(in: scenario, blockTime: "1")
            _ = try await chain.runNode()
            let owners = try chain.owners()
            let provers = try (0..<4).map(chain.startProver)
            _ = try chain.startTraffic(rate: 3, seed: 6)

            // One of a job's provers is held back when it has committed; the other submits.
            let victim = try await chain.catchProver(among: provers)
            let other = try await eventually("the other prover submits") {
                let partners = victim.selected.filter { $0 != victim.owner }
                for owner in partners where try await chain.standing(of: owner, in: victim.jobId)?["valid"] == true {
                    return owners.firstIndex(of: owner)
                }
                return nil
            }
            let stolen = try chain.payload(of: other, job: victim.jobId, phase: .t2)
            let outsider = try #require((0..<4).first { !victim.selected.contains(owners[$0]) })

            let thief = ProvingSender(chain: chain, job: victim.jobId, prover: victim.index)
            #expect(try await thief.refusal(of: stolen, in: .t2) == "invalidPartial")
            var damaged = try chain.payload(of: other, job: victim.jobId, phase: .t2)
            damaged[damaged.count / 2] ^= 1
            #expect(try await thief.refusal(of: damaged, in: .t2) == "invalidPartial")
            #expect(try await thief.refusal(of: Array(stolen.dropLast()), in: .t2) != nil)
            // The window of commitments is over.
            let commitment = try chain.payload(of: other, job: victim.jobId, phase: .t1)
            #expect(try await thief.refusal(of: commitment, in: .t1) == "wrongPhase")
            let stranger = ProvingSender(chain: chain, job: victim.jobId, prover: outsider)
            #expect(try await stranger.refusal(of: stolen, in: .t2) == "notSelected")

            provers[victim.index].signal(SIGCONT)
            try await eventually("the job is proven by both") {
                let details = try await chain.node.call("cairn_job", [.string(victim.jobId)])
                let isProven = details["provenAt"]?.count != nil
                return isProven && details["provers"]?.array?.allSatisfy { $0["valid"] == true } == true
            }
            try await chain.succeed("supply", "--check")
        }
    }
}

extension Chain {
    fileprivate func operatorKey(_ prover: Int) throws -> SecretKey {
        let text = try String(contentsOfFile: "\(folder)/prover-\(prover).key", encoding: .utf8)
        return try SecretKey(try #require(Hex.decode(text.filter { !$0.isWhitespace })))
    }

    /// What a sidecar has finished and sent, from its work folder.
    fileprivate func payload(of prover: Int, job: String, phase: ProvingPhase) throws -> [UInt8] {
        let address = try operatorKey(prover).publicKey.address
        let file = "\(folder)/prover-\(prover)/payloads/\(address)/\(job.dropFirst(2))-\(phase.rawValue).payload"
        return [UInt8](try Data(contentsOf: URL(filePath: file)))
    }
}

/// Signs proving transactions with one prover's key, whatever is in them.
private struct ProvingSender {
    let chain: Chain
    let job: String
    let prover: Int

    /// Name of the refusal; nil when the node gave none.
    func refusal(of payload: [UInt8], in phase: ProvingPhase) async throws -> String? {
        let transaction = ProvingTransaction(
            chainId: try await chain.node.status("chainId"), jobId: try #require(Bytes32(hex: job)), phase: phase,
            maxPriorityFeePerGas: 1_000_000_000, maxFeePerGas: 10_000_000_000,
            payloadDigest: Payload.digest(of: payload), payloadLength: UInt32(payload.count))
        let signed = try transaction.sign(with: try chain.operatorKey(prover))
        do {
            let hash = try await chain.node.call(
                "cairn_sendProvingTransaction", [.string(Hex.encode(signed.encoded)), .string(Hex.encode(payload))])
            throw ScenarioFailure("prover \(prover)'s transaction was accepted: \(hash)")
        } catch RPCClientError.rejected(let error) {
            return error.data?["refusal"]?.string
        }
    }
}
