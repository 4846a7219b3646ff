package import ByteCodec
package import ChainTypes
package import ProvingRules
import SystemState

/// A call of the prover registry, or a claim, with the money that it brings.
package enum LabCall: Hashable, Sendable {
    case register(owner: Address, operatorKey: Address, recipient: Address, stake: UInt128)
    case deposit(owner: Address, amount: UInt128)
    case pause(Address)
    case resume(Address)
    case leave(Address)
    case withdraw(Address)
    case unjail(Address)
    case setOperator(Address, Address)
    case setRecipient(Address, Address)
    /// Everything that the address may claim goes to its account.
    case claim(Address)

    /// Wei that leave an account for the registry when the call succeeds.
    var value: UInt128 {
        switch self {
        case .register(_, _, _, let stake): stake
        case .deposit(_, let amount): amount
        default: 0
        }
    }
}

/// A proving transaction of the lab with its payload.
package struct LabProof: Hashable, Sendable {
    package var owner: Address
    package var operatorKey: Address
    package var job: UInt64
    package var transaction: ProvingTransaction
    package var payload: [UInt8]
    /// Made by own work, whole, and as the chain asked for it in that block: the rules have no reason to refuse it.
    package var isAsAsked: Bool

    package init(
        owner: Address, operatorKey: Address, job: UInt64, transaction: ProvingTransaction, payload: [UInt8],
        isAsAsked: Bool
    ) {
        self.owner = owner
        self.operatorKey = operatorKey
        self.job = job
        self.transaction = transaction
        self.payload = payload
        self.isAsAsked = isAsAsked
    }
}

/// What a block of the lab is made of. Transactions are tried in order.
package struct LabBlock: Sendable {
    package enum Item: Hashable, Sendable {
        case call(LabCall)
        case proof(LabProof)
    }
    package var proposer: Address
    package var mix: Bytes32
    /// Account operations; a block without any needs no proof.
    package var operations: UInt32
    package var items: [Item]

    package init(proposer: Address, mix: Bytes32, operations: UInt32, items: [Item]) {
        self.proposer = proposer
        self.mix = mix
        self.operations = operations
        self.items = items
    }
}

/// What became of a block.
package struct LabReceipt: Sendable {
    package enum Outcome: Sendable {
        case called(Result<ProvingEvent, RegistryRefusal>)
        case claimed(Address, UInt128)
        /// `fee` is what the sender's stake paid, `tip` of it went to the proposer.
        case proof(LabProof, ProvingOutcome, fee: UInt128, tip: UInt128)
        /// An invalid payload that a proposer who verifies left out.
        case leftOut(LabProof, ProvingRefusal)
    }
    package var height: UInt64
    package var proposer: Address
    package var outcomes: [Outcome] = []
    /// Of selections, transactions and transitions, in order.
    package var events: [ProvingEvent] = []
}
