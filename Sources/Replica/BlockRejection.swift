package import ChainTypes
package import Execution

/// Why a block is invalid: a verdict about its author, never a fault of this node.
package enum BlockRejection: Error, Hashable, Sendable {
    case wrongChain
    case wrongHeight
    case wrongParent
    /// Not strictly after the parent's.
    case timestampNotLater
    case wrongGasLimit
    case wrongBaseFee
    case unknownProposer
    /// The header's proposer is not the one of its origin round.
    case notTheProposer
    /// The VRF proof does not verify under the proposer's key.
    case invalidRandomness
    case wrongMix
    /// One of the two set hashes is not that of the state.
    case wrongValidators
    case tooManyTransactions
    case tooLarge
    case wrongTransactionsRoot
    /// The transaction at this place cannot be decoded or verified.
    case transaction(Int, TransactionRejection)
    /// The transaction at this place does not belong there.
    case inclusion(Int, InclusionRefusal)
    /// The payload of the transaction at this place is missing or another one.
    case payload(Int)
    /// More payloads than proving transactions.
    case surplusPayload
    case wrongLastCertificate
    case certificate(CertificateRejection)
    case wrongEvidenceHash
    case evidence(EvidenceRejection)
    /// The verdict bits are not what judging the payloads gives.
    case wrongVerdicts
    case wrongGasUsed
    /// Receipts' root or logs bloom.
    case wrongReceipts
    /// Number or digest of the account operations.
    case wrongOperations
    /// Root, or number of leaves, of the account tree.
    case wrongAccountsRoot
    case wrongSystemRoot
}
