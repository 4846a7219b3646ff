package import ByteCodec
package import ProofField

/// One instance of a circuit in a job's plan.
package struct PlannedInstance: Hashable, Sendable {
    /// Circuit id: see `Circuits.CircuitSet`.
    package var circuit: UInt32
    /// log2 of the trace's rows, at most `ProvingParameters.maxInstanceLogHeight`.
    package var logHeight: UInt8
    /// Relative proving cost, in rows times columns over 1,024, rounded up.
    package var weight: UInt32
    package init(circuit: UInt32, logHeight: UInt8, weight: UInt32) {
        self.circuit = circuit
        self.logHeight = logHeight
        self.weight = weight
    }
}

/// What a job's proof says: applying `operationCount` operations, committed to by `operationsDigest`, to the account
/// tree with root `before` gives root `after`. It does not say that signatures were checked, nor that the list follows
/// from the transactions; validators check those.
///
/// In the terms of the sources: T = (programHash, inputCommitment = operationsDigest, publicInputs = (chain id,
/// heights, both roots), traceShard = the instance, deadline = the windows, reward, bond, domain = the job id).
package struct JobStatement: Hashable, Sendable {
    /// Chain of the blocks, so that a proof is worth nothing on another.
    package var chainId: UInt64
    /// Digest of the circuit set and its parameters.
    package var programHash: Digest
    /// First block of the run.
    package var firstHeight: UInt64
    /// Last block of the run, inclusive; `firstHeight` for a part of a split block.
    package var lastHeight: UInt64
    /// Hash of the header at `lastHeight`, which binds all blocks before it.
    package var lastBlockHash: Bytes32
    /// Number of the part from 0 on; 0 for whole blocks, `subBlockCount` for an aggregation.
    package var subBlock: UInt32
    /// Parts of the block; 1 when it is not split.
    package var subBlockCount: UInt32
    /// Account operations that are applied, at most `Limits.maxOperationsPerJob`, or all of the block's for an
    /// aggregation.
    package var operationCount: UInt32
    /// H(domain, n, root of the operations tree): see `AccountTree.OperationsTree`.
    package var operationsDigest: Bytes32
    /// Root of the operations tree itself.
    package var operationsRoot: Digest
    /// Root of the account tree before the first operation.
    package var before: Digest
    /// Root of the account tree after the last operation.
    package var after: Digest
    /// 0 for the first attempt, one more for each after it; part of the id, so no proof serves two attempts.
    package var attempt: UInt32
    package init(
        chainId: UInt64, programHash: Digest, firstHeight: UInt64, lastHeight: UInt64, lastBlockHash: Bytes32,
        subBlock: UInt32, subBlockCount: UInt32, operationCount: UInt32, operationsDigest: Bytes32,
        operationsRoot: Digest, before: Digest, after: Digest, attempt: UInt32
    ) {
        self.chainId = chainId
        self.programHash = programHash
        self.firstHeight = firstHeight
        self.lastHeight = lastHeight
        self.lastBlockHash = lastBlockHash
        self.subBlock = subBlock
        self.subBlockCount = subBlockCount
        self.operationCount = operationCount
        self.operationsDigest = operationsDigest
        self.operationsRoot = operationsRoot
        self.before = before
        self.after = after
        self.attempt = attempt
    }
}

// MARK: - Sidecar payloads

/// T1 (and its extension): the stage-1 root of every instance dealt to the sender, by rising instance index.
package struct CommitmentPayload: Hashable, Sendable {
    /// The stage-1 root of one instance.
    package struct Entry: Hashable, Sendable {
        /// Index in the job's plan.
        package var instance: UInt32
        /// Merkle root of the instance's stage-1 trace.
        package var root: Digest
        package init(instance: UInt32, root: Digest) {
            self.instance = instance
            self.root = root
        }
    }
    /// By rising instance, at most `Limits.maxInstancesPerJob`; the decoder refuses any other order.
    package var entries: [Entry]
    package init(entries: [Entry]) { self.entries = entries }
}

/// T2: one partial proof per instance, by rising instance index.
package struct SubmissionPayload: Hashable, Sendable {
    /// A partial proof.
    package struct Entry: Hashable, Sendable {
        /// Index in the job's plan.
        package var instance: UInt32
        /// Bytes of an instance proof (`Docs/Spec/ProofSystem.md`).
        package var proof: [UInt8]
        package init(instance: UInt32, proof: [UInt8]) {
            self.instance = instance
            self.proof = proof
        }
    }
    /// By rising instance, at most `Limits.maxInstancesPerJob`; the decoder refuses any other order.
    package var entries: [Entry]
    package init(entries: [Entry]) { self.entries = entries }
}

/// T3 to T5: for every instance in order, either whose submission on chain holds its partial proof, or the partial
/// proof itself, and the bloom of the reused submissions.
package struct CompositeProofPayload: Hashable, Sendable {
    /// Where the partial proof of one instance is found.
    package enum Part: Hashable, Sendable {
        /// Owner address of the prover whose submission is reused.
        case reference(prover: Address)
        /// The partial proof itself, under the sender's operator key.
        case inline(proof: [UInt8])
    }
    /// One for each instance of the plan, in its order.
    package var parts: [Part]
    /// Bloom filter of the owners of the reused submissions (`SubmissionBloom`), at most `Limits.maxReuseBloomBytes`.
    package var bloom: [UInt8]
    package init(parts: [Part], bloom: [UInt8]) {
        self.parts = parts
        self.bloom = bloom
    }
}

/// Why a payload's bytes are not of its phase's form.
package enum PayloadRejection: Error, Hashable, Sendable {
    case payloadTooLarge(bytes: Int)
    /// The payload ends too early, or a tag is unknown.
    case malformed
    case wrongKind(UInt8)
    /// Above `Limits.maxInstancesPerJob`, or `Limits.maxSubBlocks` of an aggregate.
    case tooManyEntries
    /// Instances are not strictly rising.
    case entriesNotRising
    /// A root is not eight canonical field elements.
    case digestNotCanonical
    case trailingBytes
    /// A proof claims more bytes than a payload can have.
    case proofTooLarge
    /// Above `Limits.maxReuseBloomBytes`.
    case bloomTooLarge
}
