package import ChainTypes
package import Execution

/// Why a block is invalid: a verdict about its author, never a fault of this node.
package enum BlockRejection: Error, Hashable, Sendable {
    case wrongChain
    case wrongHeight
    case wrongParent
    case timestampNotLater
    case wrongGasLimit
    case wrongBaseFee
    case unknownProposer
    /// The header's proposer is not the one of its origin round.
    case notTheProposer
    case invalidRandomness
    case wrongMix
    case wrongValidators
    case tooManyTransactions
    case tooLarge
    case wrongTransactionsRoot
    case transaction(Int, TransactionRejection)
    case inclusion(Int, InclusionRefusal)
    /// The payload of the transaction at this place is missing or another one.
    case payload(Int)
    /// More payloads than proving transactions.
    case surplusPayload
    case wrongLastCertificate
    case certificate(CertificateRejection)
    case wrongEvidenceHash
    case evidence(EvidenceRejection)
    case wrongVerdicts
    case wrongGasUsed
    case wrongReceipts
    case wrongOperations
    case wrongAccountsRoot
    case wrongSystemRoot
}
