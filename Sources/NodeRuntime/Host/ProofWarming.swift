import ByteCodec
import ChainTypes
import ProvingRules
import Replica
import SystemState

/// Checks proofs before the node's brain sees them, one at a time. The checker remembers its verdicts, so that the
/// brain, which asks again, does not hold up consensus with them.
actor ProofWarming {
    private let checker: ProofChecker

    init(checker: ProofChecker) { self.checker = checker }

    /// Tries the transaction on a copy of the state. What it finds shows when the replica tries the same.
    func warm(
        _ transaction: VerifiedTransaction, _ proving: ProvingTransaction, payload: [UInt8], tip: ChainTip,
        nextBaseFee: UInt128, system: SystemState
    ) {
        guard payload.count == Int(proving.payloadLength), Payload.digest(of: payload) == proving.payloadDigest,
            case .success = Replica.precheck(
                proving, transaction, price: nextBaseFee, system: system, checker: checker)
        else { return }
        var trial = system
        _ = JobLifecycle.apply(
            proving, operator: transaction.sender, transactionHash: transaction.hash, payload: payload,
            verifier: checker,
            context: BlockContext(
                height: tip.header.height + 1, proposer: tip.header.proposer, parentHash: tip.hash,
                mix: tip.header.mix),
            state: &trial)
    }
}
