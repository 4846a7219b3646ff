/// Why the pool does not take a transaction. Texts are go-ethereum's where it has one: clients classify by them.
package enum MempoolRefusal: Error, Hashable, Sendable {
    case alreadyKnown
    case nonceTooLow(next: UInt64, got: UInt64)
    /// Ahead of the account by `Mempool.Bounds.perSender` or more.
    case nonceTooFarAhead(next: UInt64, got: UInt64)
    /// Wei of the balance, and of gas limit times maximum fee plus value.
    case insufficientFunds(have: UInt128, want: UInt128)
    case costOverflow
    case intrinsicGasTooLow(have: UInt64, want: UInt64)
    case exceedsBlockGasLimit(have: UInt64, limit: UInt64)
    /// The lowest maximum fee per gas that is taken, in wei.
    case underpriced(minimum: UInt128)
    /// Both fees must rise by a tenth.
    case replacementUnderpriced
    case contractCreation
    case poolFull
    /// Transactions that one sender may have pending.
    case senderLimit(Int)
    /// Bytes that one sender may have pending.
    case senderBytes(Int)
    /// The pool is nearly full and takes nothing that has to wait for another nonce.
    case gapWhileCrowded(next: UInt64)
    case payloadMismatch
    case provingRefused(name: String, reason: String)

    /// What a client is told; amounts are in wei and gas.
    package var message: String {
        switch self {
        case .alreadyKnown: "already known"
        case .nonceTooLow(let next, let got): "nonce too low: next nonce \(next), tx nonce \(got)"
        case .nonceTooFarAhead(let next, let got): "nonce too high: next nonce \(next), tx nonce \(got)"
        case .insufficientFunds(let have, let want):
            "insufficient funds for gas * price + value: balance \(have), tx cost \(want)"
        case .costOverflow: "insufficient funds for gas * price + value: the cost is above 2^128 wei"
        case .intrinsicGasTooLow(let have, let want): "intrinsic gas too low: gas \(have), minimum needed \(want)"
        case .exceedsBlockGasLimit(let have, let limit): "exceeds block gas limit: gas \(have), limit \(limit)"
        case .underpriced(let minimum): "transaction underpriced: max fee per gas below the minimum \(minimum)"
        case .replacementUnderpriced: "replacement transaction underpriced: both fees must rise by 10 %"
        case .contractCreation: "contract creation is not supported: this chain has native contracts and no EVM"
        case .poolFull: "txpool is full: the transaction bids no more than the cheapest pending one"
        case .senderLimit(let limit): "txpool is full for this sender: at most \(limit) pending transactions"
        case .senderBytes(let limit): "txpool is full for this sender: at most \(limit) bytes of pending transactions"
        case .gapWhileCrowded(let next):
            "txpool is nearly full: send the transaction with nonce \(next) first"
        case .payloadMismatch: "the payload does not have the length and digest that the transaction signs"
        case .provingRefused(let name, let reason): "proving transaction refused: \(name): \(reason)"
        }
    }
}
