import ByteCodec
import ChainTypes
import Circuits
import Consensus
import Cryptography
import Execution
import ProvingRules
import Replica
import SystemState

/// Transactions, blocks, messages and records as bytes. What is read is written as it was: one value, one encoding.
enum ChainTargets {
    private static let chainId: UInt64 = 20_261

    static func transaction(_ bytes: [UInt8]) {
        if let transaction = try? UnverifiedTransaction(decoding: bytes) {
            require(transaction.encoded == bytes, "a transaction has one encoding")
        }
        if let transaction = try? VerifiedTransaction(decoding: bytes, chainId: chainId) {
            require(transaction.encoded == bytes, "a verified transaction has one encoding")
        }
    }

    static func block(_ bytes: [UInt8]) {
        if let block = try? Block(decoding: bytes) { require(block.encoded == bytes, "a block has one encoding") }
    }

    static func header(_ bytes: [UInt8]) {
        if let header = try? BlockHeader(decoding: bytes) {
            require(header.encoded == bytes, "a header has one encoding")
        }
    }

    static func consensusMessage(_ bytes: [UInt8]) {
        if let proposal = try? Proposal(decoding: bytes) {
            require(proposal.encoded == bytes, "a proposal has one encoding")
        }
        if let vote = try? Vote(decoding: bytes) { require(vote.encoded == bytes, "a vote has one encoding") }
        if let certificate = try? Certificate(decoding: bytes) {
            require(certificate.encoded == bytes, "a certificate has one encoding")
        }
        if let polka = try? PolkaCertificate(decoding: bytes) {
            require(polka.encoded == bytes, "a polka certificate has one encoding")
        }
        if let equivocation = try? Equivocation(decoding: bytes) {
            require(equivocation.encoded == bytes, "an equivocation has one encoding")
        }
        if let manifest = try? SnapshotManifest(decoding: bytes) {
            require(manifest.encoded == bytes, "a snapshot's manifest has one encoding")
        }
    }

    static func payload(_ bytes: [UInt8]) {
        if let value = try? CommitmentPayload(decoding: bytes) {
            require(value.encoded == bytes, "a commitment has one encoding")
        }
        if let value = try? SubmissionPayload(decoding: bytes) {
            require(value.encoded == bytes, "a submission has one encoding")
        }
        if let value = try? CompositeProofPayload(decoding: bytes) {
            require(value.encoded == bytes, "a composite proof has one encoding")
        }
        if let value = try? StandAloneProofPayload(decoding: bytes) {
            require(value.encoded == bytes, "a stand-alone proof has one encoding")
        }
    }

    static func peerMessage(_ bytes: [UInt8]) {
        if let message = try? PeerMessage(decoding: bytes) {
            require(message.encoded == bytes, "a peer's message has one encoding")
        }
    }

    /// The checksum is put right, so that what stands before it is read.
    static func signState(_ bytes: [UInt8]) {
        let record = bytes + Keccak256.hash(bytes).bytes
        if let state = try? SignState(decoding: record) {
            require(state.encoded == record, "a sign state has one encoding")
        }
        _ = try? SignState(decoding: bytes)
    }

    static func jobInput(_ bytes: [UInt8]) {
        if let input = try? JobInput(encoded: bytes) {
            require(input.encoded == bytes, "a job's input has one encoding")
        }
    }

    static func record(_ bytes: [UInt8]) {
        if let job = try? Job(record: bytes) { require(job.encoded == bytes, "a job has one record") }
        if let prover = try? Prover(record: bytes) { require(prover.encoded == bytes, "a prover has one record") }
        if let validator = try? RegisteredValidator(record: bytes) {
            require(validator.encoded == bytes, "a validator has one record")
        }
    }

    static func rlp(_ bytes: [UInt8]) {
        if let item = try? RLPItem(decoding: bytes) { require(item.encoded == bytes, "an RLP item has one encoding") }
    }

    static func contractCall(_ bytes: [UInt8]) {
        for contract in SystemContract.allCases { _ = try? ContractCall.decode(bytes, to: contract) }
    }
}
