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
        _ prover: Int, _ phase: ProvingPhase = .t1, bytes: Int = 10, maxFee: UInt128 = 2 * Unit.gwei
    ) throws -> PendingProof {
        let payload = [UInt8](repeating: UInt8(prover), count: bytes)
        let transaction = try SampleGenesis.operatorKey(prover).proving(job, phase, payload, maxFee: maxFee)
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
        #expect(try scenario.offer(SampleGenesis.user(1).transaction(nonce: 0, to: .zero)) == .poolFull)
        #expect(refusal(scenario.pool.admit(try proof(0))) == nil)
        #expect(refusal(scenario.pool.admit(try proof(1))) == nil)
        #expect(refusal(scenario.pool.admit(try proof(2))) == .poolFull)
        #expect(scenario.pool.proofCount == 2)
        #expect(scenario.pool.transactionCount == 3)
    }

    @Test("order of arrival, one for each job, phase and operator; a higher fee replaces and goes to the end")
    func order() throws {
        var pool = Mempool(chain: SampleGenesis.chain)
        let (first, second, other) = (try proof(0), try proof(1), try proof(0, .t2))
        for proof in [first, second, other] { #expect(refusal(pool.admit(proof)) == nil) }
        #expect(pool.pendingProofs == [first, second, other])
        #expect(refusal(pool.admit(first)) == .alreadyKnown)
        #expect(refusal(pool.admit(try proof(0, bytes: 20))) == .replacementUnderpriced)
        let raised = try proof(0, bytes: 20, maxFee: 2 * Unit.gwei + 1)
        #expect(refusal(pool.admit(raised)) == nil)
        #expect(pool.pendingProofs == [second, other, raised])
        #expect(pool.transaction(raised.transaction.hash) == raised.transaction)
        #expect(!pool.contains(first.transaction.hash))
    }

    @Test("payload bytes are bounded, replacements included")
    func bytes() throws {
        var bounds = Mempool.Bounds()
        bounds.proofBytes = 100
        var pool = Mempool(chain: SampleGenesis.chain, bounds: bounds)
        #expect(refusal(pool.admit(try proof(0, bytes: 60))) == nil)
        #expect(refusal(pool.admit(try proof(1, bytes: 41))) == .poolFull)
        #expect(refusal(pool.admit(try proof(0, bytes: 101, maxFee: 3 * Unit.gwei))) == .poolFull)
        #expect(refusal(pool.admit(try proof(0, bytes: 59, maxFee: 3 * Unit.gwei))) == nil)
        #expect(refusal(pool.admit(try proof(1, bytes: 41))) == nil)
    }

    @Test("what was included or is no longer open is pruned")
    func pruning() throws {
        var pool = Mempool(chain: SampleGenesis.chain)
        let proofs = try [proof(0), proof(1), proof(2)]
        for proof in proofs { #expect(refusal(pool.admit(proof)) == nil) }
        try pool.prune(
            included: [proofs[0].transaction.hash], accounts: { _ in nil },
            isProofStillOpen: { $0.transaction.hash != proofs[1].transaction.hash })
        #expect(pool.pendingProofs == [proofs[2]])
        #expect(refusal(pool.admit(proofs[0])) == nil)
    }
}
