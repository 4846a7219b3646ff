import ByteCodec
import ChainTypes
import Cryptography
import NodeRuntime
import ProofField
import Replica
import Storage
import SystemState
import Testing

/// What the node forgets, and when.
struct PruningTests {
    private static let retention: UInt64 = 40

    /// Short windows, so that a chain of some sixty blocks passes every retention.
    private static func chain() throws -> TestChain {
        try TestChain(provers: 4) {
            $0.proving.windows = PhaseWindows(t1: 2, t1Extension: 2, t2: 2, t3: 2, t4: 2, t5: 2, aggProof: 2)
            $0.proving.maxAttempts = 1
            $0.proving.proofRetention = retention
            $0.proving.jobRetention = 20
        }
    }

    /// A commitment of the prover of rank `rank` in job 1, to roots that it made up.
    private static func commit(_ chain: inout TestChain, rank: Int) throws -> Bytes32 {
        let job = try #require(chain.replica.ledger.system.jobs[1])
        let selected = job.selected[rank]
        let payload = CommitmentPayload(
            entries: selected.instances.map { CommitmentPayload.Entry(instance: $0, root: .zero) }
        ).encoded
        let prover = try #require(chain.devnet.provers.first { $0.owner.publicKey.address == selected.owner })
        let transaction = try ProvingTransaction(
            chainId: chain.genesis.chainId, jobId: job.id, phase: .t1, maxPriorityFeePerGas: 0,
            maxFeePerGas: 3 * Unit.gwei, payloadDigest: Payload.digest(of: payload),
            payloadLength: UInt32(payload.count)
        ).sign(with: prover.operatorKey)
        try chain.submit(transaction, payload: payload)
        return Payload.digest(of: payload)
    }

    private static func payload(_ digest: Bytes32, _ chain: TestChain) throws -> [UInt8]? {
        try chain.store.store.read { snapshot throws(StorageFault) in try snapshot.payload(digest) }
    }

    private static func roster(_ chain: TestChain) throws -> [UInt8]? {
        try chain.store.store.read { snapshot throws(StorageFault) in try snapshot.roster(ofJob: 1) }
    }

    @Test func payloadsAndJobsAreForgottenWhenTheirTimeIsUpAndTheirFactsStay() throws {
        var chain = try Self.chain()
        try chain.submit(try chain.transfer(nonce: 0))
        while chain.replica.ledger.system.jobs[1] == nil { try chain.advance() }
        let digest = try Self.commit(&chain, rank: 0)
        try chain.advance()
        let included = chain.replica.tip.header.height
        #expect(try Self.payload(digest, chain) != nil)
        #expect(try Self.roster(chain) != nil)
        while chain.replica.ledger.system.jobs[1] != nil { try chain.advance() }
        #expect(try Self.roster(chain) == nil)
        while chain.replica.tip.header.height < included + Self.retention - 1 { try chain.advance() }
        #expect(try Self.payload(digest, chain) != nil)
        try chain.advance()
        #expect(chain.replica.tip.header.height == included + Self.retention)
        #expect(try Self.payload(digest, chain) == nil)
        let receipts = try chain.store.store.read { snapshot throws(StorageFault) in
            try snapshot.receipts(at: included)
        }
        #expect(receipts?.facts.count == 1 && receipts?.facts[0] != nil)
        // What is left starts a node, at the same root.
        let root = chain.replica.tip.header.systemRoot
        try chain.restart()
        #expect(chain.replica.tip.header.systemRoot == root)
        try chain.advance()
    }

    /// A payload that came twice is kept for the later of the two.
    @Test func aPayloadIsKeptForItsLastInclusion() throws {
        var chain = try Self.chain()
        try chain.submit(try chain.transfer(nonce: 0))
        while chain.replica.ledger.system.jobs[1] == nil { try chain.advance() }
        let digests = [try Self.commit(&chain, rank: 0), try Self.commit(&chain, rank: 1)]
        try chain.advance()
        let height = chain.replica.tip.header.height
        var batch = WriteBatch()
        let later = (height + 3).bigEndianKey
        batch.put(.sidecars, key: later + digests[0].bytes, value: [1, 2, 3])
        batch.put(.sidecarHeights, key: digests[0].bytes, value: later)
        try chain.store.store.write(batch)
        while chain.replica.tip.header.height < height + Self.retention { try chain.advance() }
        #expect(try Self.payload(digests[0], chain) == [1, 2, 3])
        let other = try Self.payload(digests[1], chain)
        #expect(digests[0] == digests[1] || other == nil)
    }
}

extension UInt64 {
    fileprivate var bigEndianKey: [UInt8] {
        var bytes: [UInt8] = []
        appendBigEndian(to: &bytes)
        return bytes
    }
}
