import AccountTree
import ProofField
package import STARKCore

/// A row is one account operation, or the closing of one touched account.
///
/// On the MEM bus every row takes one state (index, address, sequence, nonce, balance) and gives one. An operation
/// takes the state at sequence `prev` and gives the one at its own sequence; the closing of an account takes its
/// final state and gives the opening one at sequence 0. On the NODE bus an operation gives the halves of its record's
/// leaf; a closing takes the halves of the old leaf and gives those of the new one.
///
/// **What the buses then prove.**
///
/// *Each sequence once.* Records lie at position seq − 1 of the operations' tree, which ``TreeHash`` ties to the list
/// behind `operationsDigest`: there is one operation row per record, with its address, index, flags and amount, and
/// seq is an integer of 1...n, n ≤ 65,535. (A seq halfway between would put its second half, whose sixth element is
/// 0, where a record's first half must be, whose sixth element holds the present flag.)
///
/// *Each touched account once.* A closing takes the two halves of the old leaf at its index, and these exist once: one
/// opening state per index. (A closing halfway between two leaves has no operations, because the index is part of every
/// state and of every record; what it takes it gives back unchanged.)
///
/// *One chain per account, in order.* All given states differ (operations in their sequence, openings in index at
/// sequence 0) and each is taken once. seq − prev − 1 is below 2^16 and prev is a sequence that exists (0...n), so prev
/// is below seq as an integer: no cycle of operations can balance by itself, every chain starts at an opening, rises
/// in sequence and ends in the closing of the same index.
///
/// *Limbs.* Address, nonce and balance of an opening are those of the old leaf, whose limbs are canonical; amounts are
/// canonical because validators compute `operationsDigest`; the balance given by an operation consists of 128 bits. So
/// all limb equations are equations of integers far below p.
///
/// *Creation.* An address in use has its present flag set, in leaf and record alike. The address before is that after
/// times 1 − created, on operations and closings, so a created account's chain starts at a state without address: the
/// empty leaf.
package struct Accounts: Circuit {
    /// Identifier in plans and in the program's hash.
    package static let id: UInt32 = 2
    /// Name in reports and diagnoses.
    package let name = "Accounts"
    /// See the static `id`.
    package var id: UInt32 { Self.id }

    package init() {}

    /// Bits of seq − prev − 1.
    static let gapBits = 16
    static let balanceBits = 128
    static let limbCount = 5

    /// Positions of the columns.
    enum Column {
        static let isOp = 0
        static let isAcct = 1
        static let index = 2
        static let seq = 3
        static let prev = 4
        static let addressTaken = 5
        static let addressGiven = addressTaken + 6
        static let nonceTaken = addressGiven + 6
        static let nonceGiven = nonceTaken + 2
        static let step = nonceGiven + 2
        static let nonceCarry = step + 1
        static let nonceInverse = step + 2
        static let balanceTaken = step + 3
        static let balanceGivenBits = balanceTaken + limbCount
        static let amount = balanceGivenBits + balanceBits
        static let carries = amount + limbCount
        static let sign = carries + limbCount - 1
        static let gap = sign + 1
        static let created = gap + gapBits
        static let count = created + 1
    }

    /// Records the columns in the order of `Column`, then constraints and messages by topic.
    package func describe(_ air: inout AIRBuilder) {
        let row = AccountsColumns(&air)
        row.constrainFlags(&air)
        row.constrainSequence(&air)
        row.constrainAddress(&air)
        row.constrainNonce(&air)
        row.constrainBalance(&air)
        row.sendStates(&air)
        row.sendLeaves(&air)
    }
}

/// The columns of ``Accounts`` as recorded, in order, and the constraints on them by topic.
private struct AccountsColumns {
    let isOp: Expression
    let isAcct: Expression
    let index: Expression
    let seq: Expression
    let prev: Expression
    let addressTaken: [Expression]
    let addressGiven: [Expression]
    let nonceTaken: [Expression]
    let nonceGiven: [Expression]
    let step: Expression
    let nonceCarry: Expression
    let nonceInverse: Expression
    let balanceTaken: [Expression]
    let balanceGivenBits: [Expression]
    let amount: [Expression]
    let carries: [Expression]
    let sign: Expression
    let gap: [Expression]
    let created: Expression

    init(_ air: inout AIRBuilder) {
        isOp = air.column("isOp")
        isAcct = air.column("isAcct")
        index = air.column("index")
        seq = air.column("seq")
        prev = air.column("prev")
        addressTaken = air.columns("addressTaken", 6)
        addressGiven = air.columns("addressGiven", 6)
        nonceTaken = air.columns("nonceTaken", 2)
        nonceGiven = air.columns("nonceGiven", 2)
        step = air.column("step")
        nonceCarry = air.column("nonceCarry")
        nonceInverse = air.column("nonceInverse")
        balanceTaken = air.columns("balanceTaken", Accounts.limbCount)
        balanceGivenBits = air.columns("balanceGivenBit", Accounts.balanceBits)
        amount = air.columns("amount", Accounts.limbCount)
        carries = air.columns("carry", Accounts.limbCount - 1)
        sign = air.column("sign")
        gap = air.columns("gapBit", Accounts.gapBits)
        created = air.column("created")
    }

    /// The given balance's limbs: 26 bits each, the top one 24.
    var balanceGiven: [Expression] {
        (0..<Accounts.limbCount).map { limb in
            weighted(balanceGivenBits.dropFirst(Limbs.amountBits * limb).prefix(Limbs.amountBits))
        }
    }

    private func weighted(_ bits: some Sequence<Expression>) -> Expression {
        var weight = Felt.one
        var sum = Expression(0)
        for bit in bits {
            sum += bit * weight
            weight += weight
        }
        return sum
    }

    /// A row is an operation, a closing, or padding, whose messages all have multiplicity 0.
    func constrainFlags(_ air: inout AIRBuilder) {
        air.assertBoolean(isOp, "isOp is boolean")
        air.assertBoolean(isAcct, "isAcct is boolean")
        air.assertZero(isOp * isAcct, "a row has at most one kind")
        air.assertBoolean(step, "step is boolean")
        air.assertBoolean(sign, "sign is boolean")
        air.assertBoolean(created, "created is boolean")
    }

    /// prev < seq on operations; an opening state has sequence 0.
    func constrainSequence(_ air: inout AIRBuilder) {
        for (position, bit) in gap.enumerated() { air.assertBoolean(bit, "gapBit[\(position)] is boolean") }
        air.assertZero(isOp * (seq - prev - 1 - weighted(gap)), "an operation follows an earlier state")
        air.assertZero(isAcct * seq, "an opening state has sequence 0")
    }

    /// The earlier address (taken by an operation, given by a closing) is the later one, or zeros on a creation.
    func constrainAddress(_ air: inout AIRBuilder) {
        for limb in 0..<6 {
            let (taken, given) = (addressTaken[limb], addressGiven[limb])
            air.assertZero(
                isOp * (taken - given + created * given), "an operation keeps or creates address[\(limb)]")
            air.assertZero(
                isAcct * (given - taken + created * taken), "an account keeps or creates address[\(limb)]")
        }
    }

    /// With z = taken low + step − 2^30, carry is 1 exactly when z is 0: carry z = 0, and z inverse = 1 − carry. Limbs
    /// below 2^30 stay below 2^30. A created account opens with nonce 0.
    func constrainNonce(_ air: inout AIRBuilder) {
        let limit = Felt(1 << UInt32(Limbs.nonceBits))
        let z = nonceTaken[0] + step - Expression(limit)
        air.assertZero(nonceCarry * z, "the nonce carries at 2^30 only")
        air.assertZero(isOp * (z * nonceInverse - 1 + nonceCarry), "the nonce carries at 2^30")
        air.assertZero(
            isOp * (nonceGiven[0] - nonceTaken[0] - step + nonceCarry * limit), "low limb of the nonce")
        air.assertZero(isOp * (nonceGiven[1] - nonceTaken[1] - nonceCarry), "high limb of the nonce")
        for limb in 0..<2 {
            air.assertZero(isAcct * created * nonceGiven[limb], "a created account opens with nonce[\(limb)] 0")
        }
    }

    /// given = taken + (amount + carry in − 2^26 carry out) per limb, or minus that on a debit. The top limb has no
    /// carry out and 24 bits: the balance stays within 0..<2^128. A created account opens with balance 0.
    func constrainBalance(_ air: inout AIRBuilder) {
        for (position, bit) in balanceGivenBits.enumerated() {
            air.assertBoolean(bit, "balanceGivenBit[\(position)] is boolean")
        }
        let base = Felt(1 << UInt32(Limbs.amountBits))
        let direction = 1 - sign - sign
        for (limb, given) in balanceGiven.enumerated() {
            var change = amount[limb]
            if limb > 0 { change += carries[limb - 1] }
            if limb < carries.count {
                air.assertBoolean(carries[limb], "carry[\(limb)] is boolean")
                change -= carries[limb] * base
            }
            air.assertZero(
                isOp * (balanceTaken[limb] + direction * change - given), "limb \(limb) of the balance")
            air.assertZero(isAcct * created * given, "a created account opens with balance[\(limb)] 0")
        }
    }

    /// Every used row takes one state and gives one.
    func sendStates(_ air: inout AIRBuilder) {
        let isUsed = isOp + isAcct
        air.send(
            BlockBuses.memory, [index] + addressTaken + [prev] + nonceTaken + balanceTaken, times: -isUsed,
            "state taken")
        air.send(
            BlockBuses.memory, [index] + addressGiven + [seq] + nonceGiven + balanceGiven, times: isUsed,
            "state given")
    }

    /// A closing takes the halves of the old leaf, which hold the opening state it gives, and gives those of the new
    /// leaf, which hold the final state it takes. An operation gives the halves of its record.
    func sendLeaves(_ air: inout AIRBuilder) {
        let zeros = [Expression](repeating: 0, count: 3)
        let leaf = index + index
        sendHalves(
            &air, .old, at: leaf, addressGiven + nonceGiven, balanceGiven + zeros, times: -isAcct, "old leaf")
        sendHalves(
            &air, .new, at: leaf, addressTaken + nonceTaken, balanceTaken + zeros, times: isAcct, "new leaf")
        let flags = step + sign * Felt(2) + created * Felt(4)
        sendHalves(
            &air, .operations, at: seq + seq - 2, addressGiven + [index, flags], amount + zeros, times: isOp,
            "record")
    }

    private func sendHalves(
        _ air: inout AIRBuilder, _ tag: BlockBuses.Tag, at position: Expression, _ first: [Expression],
        _ second: [Expression], times: Expression, _ label: String
    ) {
        let prefix = [Expression(tag.rawValue), Expression(BlockBuses.halfLevel)]
        air.send(BlockBuses.node, prefix + [position] + first, times: times, "\(label), first half")
        air.send(BlockBuses.node, prefix + [position + 1] + second, times: times, "\(label), second half")
    }
}
