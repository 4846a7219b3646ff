import AccountTree
import ChainTypes
import ProofField

/// The rows of ``Accounts`` for a job, in canonical order.
struct AccountsRows {
    /// An account at one point of the list: nil is an empty leaf.
    private struct State {
        var account: Account?
        var sequence: Int
    }

    private typealias Column = Accounts.Column
    private let job: ValidatedJob

    init(_ job: ValidatedJob) {
        self.job = job
    }

    /// The rows in `range`, filled up with zeros.
    func trace(_ range: Range<Int>) -> FeltMatrix {
        let matrix = FeltMatrix(rows: range.count, width: Column.count)
        let leaves = job.input.witness.leaves
        let operations = job.input.operations
        var states = leaves.map { State(account: $0.account, sequence: 0) }
        for (position, operation) in operations.enumerated() {
            // Validation applied all operations: their leaves are in the witness and no operation is refused.
            guard let leaf = job.input.witness.position(of: operation.index),
                let account = try? operation.applied(to: states[leaf].account)
            else { continue }
            let after = State(account: account, sequence: position + 1)
            if range.contains(position) {
                write(operation, states[leaf], after, into: matrix, row: position - range.lowerBound)
            }
            states[leaf] = after
        }
        for row in range.clamped(to: operations.count..<(operations.count + leaves.count)) {
            let leaf = row - operations.count
            write(leaves[leaf], states[leaf], into: matrix, row: row - range.lowerBound)
        }
        return matrix
    }

    private func write(
        _ operation: AccountOperation, _ before: State, _ after: State, into matrix: FeltMatrix, row: Int
    ) {
        matrix[row, Column.isOp] = .one
        matrix[row, Column.index] = Felt(operation.index)
        matrix[row, Column.seq] = felt(after.sequence)
        writeTaken(before, into: matrix, row: row)
        writeGiven(after.account, into: matrix, row: row)
        let gap = after.sequence - before.sequence - 1
        for bit in 0..<Accounts.gapBits where gap >> bit & 1 == 1 { matrix[row, Column.gap + bit] = .one }
        if operation.creates { matrix[row, Column.created] = .one }
        if operation.isDebit { matrix[row, Column.sign] = .one }
        writeNonce(operation, before.account?.nonce ?? 0, into: matrix, row: row)
        writeAmount(operation, before.account?.balance ?? 0, into: matrix, row: row)
    }

    private func writeNonce(_ operation: AccountOperation, _ nonce: UInt64, into matrix: FeltMatrix, row: Int) {
        if operation.incrementsNonce { matrix[row, Column.step] = .one }
        let low = Limbs.nonce(nonce)[0] + (operation.incrementsNonce ? 1 : 0)
        let z = Felt(low) - Felt(1 << UInt32(Limbs.nonceBits))
        if z.isZero { matrix[row, Column.nonceCarry] = .one }
        matrix[row, Column.nonceInverse] = z.inverse
    }

    private func writeAmount(_ operation: AccountOperation, _ balance: UInt128, into matrix: FeltMatrix, row: Int) {
        let (taken, amount) = (Limbs.amount(balance), Limbs.amount(operation.amount))
        var carry: UInt32 = 0
        for limb in amount.indices {
            matrix[row, Column.amount + limb] = Felt(amount[limb])
            let change = amount[limb] + carry
            let isBorrowed: UInt32 = taken[limb] < change ? 1 : 0
            carry = operation.isDebit ? isBorrowed : (taken[limb] + change) >> UInt32(Limbs.amountBits)
            if limb < Accounts.limbCount - 1 { matrix[row, Column.carries + limb] = Felt(carry) }
        }
    }

    /// A closing: takes the final state, gives the opening one.
    private func write(_ leaf: BlockWitness.Leaf, _ final: State, into matrix: FeltMatrix, row: Int) {
        matrix[row, Column.isAcct] = .one
        matrix[row, Column.index] = Felt(leaf.index)
        writeTaken(final, into: matrix, row: row)
        writeGiven(leaf.account, into: matrix, row: row)
        if leaf.account == nil, final.account != nil { matrix[row, Column.created] = .one }
    }

    private func writeTaken(_ state: State, into matrix: FeltMatrix, row: Int) {
        matrix[row, Column.prev] = felt(state.sequence)
        let leaf = LeafHalves(state.account)
        for limb in 0..<6 { matrix[row, Column.addressTaken + limb] = leaf.first[limb] }
        for limb in 0..<2 { matrix[row, Column.nonceTaken + limb] = leaf.first[6 + limb] }
        for limb in 0..<Accounts.limbCount { matrix[row, Column.balanceTaken + limb] = leaf.second[limb] }
    }

    private func writeGiven(_ account: Account?, into matrix: FeltMatrix, row: Int) {
        let leaf = LeafHalves(account)
        for limb in 0..<6 { matrix[row, Column.addressGiven + limb] = leaf.first[limb] }
        for limb in 0..<2 { matrix[row, Column.nonceGiven + limb] = leaf.first[6 + limb] }
        let balance = account?.balance ?? 0
        for bit in 0..<Accounts.balanceBits where balance >> UInt128(bit) & 1 == 1 {
            matrix[row, Column.balanceGivenBits + bit] = .one
        }
    }

    private func felt(_ value: Int) -> Felt { Felt(UInt32(truncatingIfNeeded: value)) }
}
