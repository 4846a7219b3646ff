package import ByteCodec
package import Cryptography

/// EIP-2718 type bytes that Cairn accepts. `proving` is Cairn's own.
package enum TransactionKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Before EIP-2718: RLP without a type byte, protected by EIP-155.
    case legacy = 0x00
    /// EIP-2930.
    case accessList = 0x01
    /// EIP-1559.
    case dynamicFee = 0x02
    /// `ProvingTransaction`.
    case proving = 0x50
}

/// An entry of an EIP-2930 access list. Cairn has no storage slots: the list is carried, charged for, and ignored.
package struct AccessListEntry: Hashable, Sendable {
    /// Address that a contract call would touch; nothing is done with it here.
    package var address: Address
    /// Slots of that address, at most `Limits.maxAccessListKeys`.
    package var storageKeys: [Bytes32]
    package init(address: Address, storageKeys: [Bytes32]) {
        self.address = address
        self.storageKeys = storageKeys
    }
}

/// An Ethereum transaction of type 0 (EIP-155), 1 (EIP-2930) or 2 (EIP-1559). Amounts are wei, at most 2^128 - 1.
package struct OrdinaryTransaction: Hashable, Sendable {
    /// `legacy`, `accessList` or `dynamicFee`.
    package var kind: TransactionKind
    /// In the signature of every type; for type 0 by EIP-155.
    package var chainId: UInt64
    /// Must be the sender's, below `Account.maxNonce`.
    package var nonce: UInt64
    /// For types 0 and 1 both fee fields hold the gas price.
    package var maxPriorityFeePerGas: UInt128
    /// Wei per gas, at most; not below the priority fee.
    package var maxFeePerGas: UInt128
    /// Gas that the sender pays for at most; all of it when creating the recipient's account does not fit.
    package var gasLimit: UInt64
    /// Recipient; nil would create a contract, which execution refuses.
    package var to: Address?
    /// Wei.
    package var value: UInt128
    /// Call data of a native contract; to any other address it is carried and paid for.
    package var data: [UInt8]
    /// Empty for type 0; at most `Limits.maxAccessListEntries`.
    package var accessList: [AccessListEntry]

    package init(
        kind: TransactionKind, chainId: UInt64, nonce: UInt64, maxPriorityFeePerGas: UInt128, maxFeePerGas: UInt128,
        gasLimit: UInt64, to: Address?, value: UInt128, data: [UInt8] = [], accessList: [AccessListEntry] = []
    ) {
        self.kind = kind
        self.chainId = chainId
        self.nonce = nonce
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
        self.maxFeePerGas = maxFeePerGas
        self.gasLimit = gasLimit
        self.to = to
        self.value = value
        self.data = data
        self.accessList = accessList
    }
}

/// The phase that a proving transaction addresses. The raw value goes into the transaction.
package enum ProvingPhase: UInt8, Hashable, Sendable, CaseIterable, Comparable {
    /// Commitments to stage-1 roots.
    case t1 = 1
    /// Partial proofs.
    case t2 = 2
    /// Full proofs, in the first aggregation phase.
    case t3 = 3
    /// Full proofs, when T3 brought none.
    case t4 = 4
    /// Full proofs, when T4 brought none.
    case t5 = 5
    /// The second T1 window for instances that nobody committed.
    case t1Extension = 6
    /// After `maxAttempts`: any active prover.
    case open = 7
    /// The proof over a block's sub-blocks.
    case aggregate = 8

    /// By raw value, for a fixed order of sets; it is not the order in time.
    package static func < (a: ProvingPhase, b: ProvingPhase) -> Bool { a.rawValue < b.rawValue }
}

/// Cairn's own transaction type: signed by a prover's operator key, replay-protected by (chain, job, phase, operator)
/// instead of a nonce, its fee charged to the prover's stake. The payload travels beside it as a sidecar.
package struct ProvingTransaction: Hashable, Sendable {
    /// Must be the chain's.
    package var chainId: UInt64
    /// `JobStatement.id` of the job that the payload is for.
    package var jobId: Bytes32
    /// Must be the job's phase at the start of the block.
    package var phase: ProvingPhase
    /// Wei per gas to the proposer (EIP-1559).
    package var maxPriorityFeePerGas: UInt128
    /// Wei per gas, at most; charged to the prover's stake.
    package var maxFeePerGas: UInt128
    /// Keccak-256 of the payload.
    package var payloadDigest: Bytes32
    /// Length of the payload in bytes: what the byte and verification budgets are charged on.
    package var payloadLength: UInt32

    package init(
        chainId: UInt64, jobId: Bytes32, phase: ProvingPhase, maxPriorityFeePerGas: UInt128, maxFeePerGas: UInt128,
        payloadDigest: Bytes32, payloadLength: UInt32
    ) {
        self.chainId = chainId
        self.jobId = jobId
        self.phase = phase
        self.maxPriorityFeePerGas = maxPriorityFeePerGas
        self.maxFeePerGas = maxFeePerGas
        self.payloadDigest = payloadDigest
        self.payloadLength = payloadLength
    }
}

/// A decoded transaction with a signature whose form is right and whose signer is not yet known.
package struct UnverifiedTransaction: Hashable, Sendable {
    /// What is signed.
    package enum Body: Hashable, Sendable {
        case ordinary(OrdinaryTransaction)
        case proving(ProvingTransaction)
    }
    /// The fields without the signature.
    package var body: Body
    /// In range and with low s (EIP-2); the signer follows from it.
    package var signature: RecoverableSignature
    package init(body: Body, signature: RecoverableSignature) {
        self.body = body
        self.signature = signature
    }
}

/// A transaction whose chain id and signature were checked. Only `UnverifiedTransaction.verified(chainId:)` makes one.
package struct VerifiedTransaction: Hashable, Sendable {
    /// The fields without the signature.
    package let body: UnverifiedTransaction.Body
    /// What `sender` was recovered from.
    package let signature: RecoverableSignature
    /// The recovered signer: an account for ordinary transactions, an operator key for proving ones.
    package let sender: Address
    /// Keccak-256 of `encoded`.
    package let hash: Bytes32
    /// The canonical EIP-2718 bytes.
    package let encoded: [UInt8]

    init(
        body: UnverifiedTransaction.Body, signature: RecoverableSignature, sender: Address, hash: Bytes32,
        encoded: [UInt8]
    ) {
        self.body = body
        self.signature = signature
        self.sender = sender
        self.hash = hash
        self.encoded = encoded
    }
}

/// Why bytes are not an acceptable transaction.
package enum TransactionRejection: Error, Hashable, Sendable {
    case empty
    /// Above `Limits.maxTransactionBytes`, or `Limits.maxProvingTransactionBytes`.
    case tooLarge(bytes: Int, limit: Int)
    /// EIP-2718 type that is none of `TransactionKind`.
    case unsupportedType(UInt8)
    case malformed(RLPError)
    /// A legacy transaction without a chain id, v 27 or 28.
    case unprotectedLegacy
    case wrongChain(have: UInt64, want: UInt64)
    case unknownPhase(UInt64)
    /// A proving transaction declares a payload above `Limits.maxPayloadBytes`.
    case payloadTooLarge(UInt64)
    /// r, s, v or the y parity is out of range, or no key gives this signature.
    case invalidSignature
    /// s is above half the group's order (EIP-2).
    case highS
    /// An amount or a fee is above 2^128 - 1 wei.
    case valueTooLarge
    case priorityFeeAboveMaxFee
    /// The nonce is `Account.maxNonce` or above: it could not be incremented (compare EIP-2681).
    case nonceTooLarge
}
