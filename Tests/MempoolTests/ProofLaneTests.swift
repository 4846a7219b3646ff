import ByteCodec
import ChainTypes
import Cryptography
import Mempool
import SampleChain
import Testing

@Suite("The pool's proving lane")
struct ProofLaneTests {
    private let job = Keccak256.hash(utf8: "job")

    private func proof(
        _ prover: Int, _ phase: ProvingPhase = .t1, bytes: Int = 10, fees percent: UInt128 = 100
    ) throws -> PendingProof {
        let payload = [UInt8](repeating: UInt8(prover), count: bytes)
        let transaction = try SampleGenesis.operatorKey(prover).proving(
            job, phase, payload, tip: percent * Unit.gwei / 100, maxFee: percent * 2 * Unit.gwei / 100)
        return PendingProof(
            transaction: transaction, proving: try #require(transaction.proving), payload: payload)
    }

    private func refusal(_ result: Result<Void, MempoolRefusal>) -> MempoolRefusal? {
        if case .failure(let refusal) = result { refusal } else { nil }
    }

    @Test("a flood of transfers leaves it open, and proofs leave room for transfers")
    func lanes() throws {
        var scenario = PoolScenario {
            $0.transactions = 3
            $0.proofs = 2
        }
        for nonce in UInt64(0)..<3 { try scenario.take(0, nonce: nonce) }
        #expect(try scenario.offer(SampleGenesis.user(1).transaction(nonce: 0, to: .zero, tip: 1)) == .poolFull)
        #expect(refusal(scenario.pool.admit(try proof(0))) == nil)
        #expect(refusal(scenario.pool.admit(try proof(1))) == nil)
        #expect(refusal(scenario.pool.admit(try proof(2))) == .poolFull)
        #expect(scenario.pool.proofCount == 2)
        #expect(scenario.pool.transactionCount == 3)
    }

    @Test("order of arrival, one for each job, phase and operator; a higher fee replaces and goes to the end")
    func order() throws {
        var pool = Mempool(chain: ChainParameters.small)
        let (first, second, other) = (try proof(0), try proof(1), try proof(0, .t2))
        for proof in [first, second, other] { #expect(refusal(pool.admit(proof)) == nil) }
        #expect(pool.pendingProofs == [first, second, other])
        #expect(refusal(pool.admit(first)) == .alreadyKnown)
        #expect(refusal(pool.admit(try proof(0, bytes: 20))) == .replacementUnderpriced)
        #expect(refusal(pool.admit(try proof(0, bytes: 20, fees: 109))) == .replacementUnderpriced)
        let raised = try proof(0, bytes: 20, fees: 110)
        #expect(refusal(pool.admit(raised)) == nil)
        #expect(pool.pendingProofs == [second, other, raised])
        #expect(pool.transaction(raised.transaction.hash) == raised.transaction)
        #expect(!pool.contains(first.transaction.hash))
    }

    @Test("payload bytes are bounded, replacements included")
    func bytes() throws {
        var bounds = Mempool.Bounds()
        bounds.proofBytes = 100
        var pool = Mempool(chain: ChainParameters.small, bounds: bounds)
        #expect(refusal(pool.admit(try proof(0, bytes: 60))) == nil)
        #expect(refusal(pool.admit(try proof(1, bytes: 41))) == .poolFull)
        #expect(refusal(pool.admit(try proof(0, bytes: 101, fees: 150))) == .poolFull)
        #expect(refusal(pool.admit(try proof(0, bytes: 59, fees: 150))) == nil)
        #expect(refusal(pool.admit(try proof(1, bytes: 41))) == nil)
    }

    @Test("a full lane takes who pays more than the cheapest, and the last to come of equals goes first")
    func eviction() throws {
        var bounds = Mempool.Bounds()
        bounds.proofs = 3
        bounds.proofBytes = 100
        var pool = Mempool(chain: ChainParameters.small, bounds: bounds)
        let proofs = try [proof(0, bytes: 30, fees: 120), proof(1, bytes: 30), proof(2, bytes: 30)]
        for proof in proofs { #expect(refusal(pool.admit(proof)) == nil) }
        #expect(refusal(pool.admit(try proof(3, bytes: 10))) == .poolFull)
        let better = try proof(3, bytes: 10, fees: 110)
        #expect(refusal(pool.admit(better)) == nil)
        #expect(pool.pendingProofs == [proofs[0], proofs[1], better])
        #expect(refusal(pool.admit(try proof(4, bytes: 80, fees: 115))) == .poolFull)
        #expect(pool.pendingProofs == [proofs[0], proofs[1], better])
        #expect(refusal(pool.admit(try proof(4, bytes: 60, fees: 115))) == nil)
        #expect(pool.proofCount == 3 && !pool.contains(proofs[1].transaction.hash))
    }

    @Test("what was included or is no longer open is pruned")
    func pruning() throws {
        var pool = Mempool(chain: ChainParameters.small)
        let proofs = try [proof(0), proof(1), proof(2)]
        for proof in proofs { #expect(refusal(pool.admit(proof)) == nil) }
        try pool.prune(
            included: [proofs[0].transaction.hash], accounts: { _ in nil },
            isProofStillOpen: { $0.transaction.hash != proofs[1].transaction.hash })
        #expect(pool.pendingProofs == [proofs[2]])
        #expect(refusal(pool.admit(proofs[0])) == nil)
    }
}
