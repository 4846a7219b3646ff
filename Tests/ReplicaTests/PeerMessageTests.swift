import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import ProofField
import ProvingRules
import Replica
import SampleChain
import SystemState
import Testing

/// One message of every kind and form.
enum PeerMessageSamples {
    static let hash = Keccak256.hash(utf8: "a block")

    private static func committed() throws -> CommittedBlock {
        var node = try SampleNode(SampleGenesis.make())
        try node.transfer(from: 0, to: SampleGenesis.owner(1), value: 3)
        try node.produce()
        return try node.produce()
    }

    static func all() throws -> [PeerMessage] {
        let key = SampleGenesis.validator.signing
        let chain = SampleGenesis.chainId
        let proposal = Proposal.signed(
            height: 5, round: 2, validRound: 1, blockHash: hash, chainId: chain, key: key)
        let vote = Vote.signed(type: .precommit, height: 5, round: 2, blockHash: nil, chainId: chain, key: key)
        let block = try committed()
        let transfer = try SampleGenesis.user(0).transaction(nonce: 0, to: SampleGenesis.owner(0)).encoded
        let proof = try SampleGenesis.operatorKey(0).proving(hash, .t2, [1, 2, 3]).encoded
        let facts: [PayloadFacts?] = [
            nil,
            .commitment([InstanceRoot(instance: 1, root: Digest(bytes: [UInt8](repeating: 0, count: 32)) ?? .zero)]),
            .fullProof(kind: .composite, reused: [SampleGenesis.owner(0)], inlined: [2]),
        ]
        let polka = PolkaCertificate(
            height: 5, round: 1, blockHash: hash, signatures: [vote.signature, nil, proposal.signature])
        return [
            .status(PeerStatus(height: 9, tipHash: hash, baseHeight: 1)),
            .consensus(.proposal(proposal)), .consensus(.vote(vote)), .consensus(.polka(polka)),
            .consensus(.certificate(block.certificate)), .blockRequest(hash),
            .block(ProposedBlock(block: block.block, payloads: [[1, 2], []])),
            .transactions([transfer, transfer]), .proof(proof, payload: [1, 2, 3]),
            .blocksRequest(from: 7, count: 64), .blocks([]),
            .blocks([
                SyncBlock(block),
                SyncBlock(
                    block: block.block, certificate: block.certificate,
                    evidence: [.payload([4]), .facts(facts[0]), .facts(facts[1]), .facts(facts[2])]),
            ]),
        ]
    }
}

@Suite("Messages of peers")
struct PeerMessageTests {
    private func rejection(_ bytes: [UInt8]) -> PeerMessageRejection? {
        do throws(PeerMessageRejection) {
            _ = try PeerMessage(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("every message is read as it was written")
    func whatIsSaidIsHeard() throws {
        let samples = try PeerMessageSamples.all()
        #expect(Set(samples.map(\.kind)) == Set(PeerMessage.Kind.allCases))
        for message in samples {
            let decoded = try PeerMessage(decoding: message.encoded)
            #expect(decoded == message, "\(message.kind)")
        }
    }

    @Test("a message cut anywhere, or with a byte behind it, is refused")
    func everyCutIsRefused() throws {
        for message in try PeerMessageSamples.all() {
            let bytes = message.encoded
            var accepted: [Int] = []
            for count in 0..<bytes.count where rejection(Array(bytes.prefix(count))) == nil { accepted.append(count) }
            #expect(accepted.isEmpty, "\(message.kind)")
            #expect(rejection(bytes + [0]) != nil, "\(message.kind)")
        }
    }

    @Test("a changed byte is refused, or is another message that is written the same way")
    func everyByteMatters() throws {
        for message in try PeerMessageSamples.all() {
            var bytes = message.encoded
            for index in bytes.indices {
                let old = bytes[index]
                bytes[index] ^= 0x41
                if let decoded = try? PeerMessage(decoding: bytes) {
                    #expect(decoded != message)
                    #expect(decoded.encoded == bytes, "\(message.kind) at \(index)")
                }
                bytes[index] = old
            }
        }
    }

    @Test("every first byte that names no kind is refused by name")
    func unknownKinds() {
        let known = Set(PeerMessage.Kind.allCases.map(\.rawValue))
        #expect(rejection([]) == .empty)
        for byte in UInt8.min...UInt8.max where !known.contains(byte) {
            #expect(rejection([byte, 0, 0]) == .unknownKind(byte))
        }
        for kind in PeerMessage.Kind.allCases { #expect(rejection([kind.rawValue]) != nil) }
    }

    @Test("what is above a limit is refused before it is looked into")
    func limits() {
        for kind in PeerMessage.Kind.allCases where kind.maxBytes < 2 << 20 {
            let bytes = [kind.rawValue] + [UInt8](repeating: 0, count: kind.maxBytes)
            #expect(rejection(bytes) == .tooLarge(bytes: kind.maxBytes + 1, limit: kind.maxBytes), "\(kind)")
        }
        let huge: [UInt8] = [0xff, 0xff, 0xff, 0xff]
        for kind in [PeerMessage.Kind.block, .transactions, .proof, .blocks] {
            #expect(rejection([kind.rawValue] + huge) == .malformed(.countTooLarge), "\(kind)")
        }
        #expect(rejection(PeerMessage.blocksRequest(from: 1, count: 0).encoded) == .badCount(0))
        #expect(rejection(PeerMessage.blocksRequest(from: 1, count: 65).encoded) == .badCount(65))
        #expect(rejection(PeerMessage.blocksRequest(from: .max, count: 2).encoded) == .badRange)
    }

    @Test("forms that no honest peer writes")
    func forms() throws {
        let proof = try SampleGenesis.operatorKey(0).proving(PeerMessageSamples.hash, .t1, [1]).encoded
        let transfer = try SampleGenesis.user(0).transaction(nonce: 0, to: .zero).encoded
        #expect(rejection(PeerMessage.transactions([]).encoded) == .noTransaction)
        #expect(rejection(PeerMessage.transactions([[]]).encoded) == .noTransaction)
        #expect(rejection(PeerMessage.transactions([proof]).encoded) == .misplacedTransaction)
        #expect(rejection(PeerMessage.proof(transfer, payload: [1]).encoded) == .misplacedTransaction)
        #expect(rejection(PeerMessage.proof([], payload: [1]).encoded) == .noTransaction)
        #expect(rejection([PeerMessage.Kind.consensus.rawValue, 5]) == .unknownConsensusKind(5))
        #expect(rejection([PeerMessage.Kind.consensus.rawValue, 2, 0x80]) == .consensus(.malformed(.unexpectedBytes)))
        guard case .blocks(let blocks) = try PeerMessageSamples.all().last, let last = blocks.last else {
            Issue.record("the samples end with blocks")
            return
        }
        let synced = PeerMessage.blocks([
            SyncBlock(block: last.block, certificate: last.certificate, evidence: [.payload([])])
        ]).encoded
        // The evidence's tag stands before the length of its empty payload.
        var other = synced
        other[synced.count - 5] = 2
        #expect(rejection(other) == .unknownEvidence(2))
    }
}
