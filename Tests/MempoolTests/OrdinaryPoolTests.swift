import ByteCodec
import ChainTypes
import Cryptography
import Mempool
import SampleChain
import Testing

/// A pool over accounts that all hold the same.
struct PoolScenario {
    var pool: Mempool
    var nonces: [Address: UInt64] = [:]
    var balance = SampleGenesis.balance

    init(_ change: (inout Mempool.Bounds) -> Void = { _ in }) {
        var bounds = Mempool.Bounds()
        change(&bounds)
        pool = Mempool(chain: ChainParameters.small, bounds: bounds)
    }

    func account(_ address: Address) -> Account {
        Account(address: address, nonce: nonces[address] ?? 0, balance: balance)
    }

    mutating func offer(_ transaction: VerifiedTransaction) throws -> MempoolRefusal? {
        let ordinary = try #require(transaction.ordinary)
        switch pool.admit(transaction, ordinary, account: account(transaction.sender)) {
        case .success: return nil
        case .failure(let refusal): return refusal
        }
    }

    @discardableResult
    mutating func take(
        _ user: Int, nonce: UInt64, tip: UInt128 = 1, maxFee: UInt128 = 10 * Unit.gwei, data: [UInt8] = []
    ) throws -> Bytes32 {
        let transaction = try SampleGenesis.user(user).transaction(
            nonce: nonce, to: SampleGenesis.owner(0), data: data, tip: tip, maxFee: maxFee)
        #expect(try offer(transaction) == nil)
        return transaction.hash
    }

    func order(baseFee: UInt128 = Unit.gwei, limit: Int = .max) throws -> [Bytes32] {
        let nonces = nonces
        return try pool.candidates(baseFee: baseFee, limit: limit) { (address) throws(StorageFault) in
            nonces[address] ?? 0
        }.map(\.hash)
    }

    mutating func prune(_ included: [Bytes32] = []) throws {
        let (nonces, balance) = (nonces, balance)
        try pool.prune(
            included: Set(included),
            accounts: { (address) throws(StorageFault) in
                Account(address: address, nonce: nonces[address] ?? 0, balance: balance)
            }, isProofStillOpen: { _ in true })
    }
}

@Suite("The pool's ordinary transactions")
struct OrdinaryPoolTests {
    @Test("the highest effective tip goes first, then who came first; each sender's go in order of nonce")
    func order() throws {
        var scenario = PoolScenario()
        let cheap = try scenario.take(0, nonce: 0, tip: 1)
        let rich = try scenario.take(0, nonce: 1, tip: 9)
        let middle = try scenario.take(1, nonce: 0, tip: 5)
        let later = try scenario.take(2, nonce: 0, tip: 5)
        #expect(try scenario.order() == [middle, later, cheap, rich])
        #expect(try scenario.order(limit: 2) == [middle, later])
    }

    @Test("the tip that counts is what the maximum fee leaves above the base fee")
    func effectiveTip() throws {
        var scenario = PoolScenario()
        let capped = try scenario.take(0, nonce: 0, tip: 2 * Unit.gwei, maxFee: 2 * Unit.gwei)
        let open = try scenario.take(1, nonce: 0, tip: Unit.gwei + 1)
        #expect(try scenario.order(baseFee: Unit.gwei) == [open, capped])
        #expect(try scenario.order(baseFee: 2 * Unit.gwei) == [open, capped])
        #expect(try scenario.order(baseFee: 2 * Unit.gwei + 1) == [open])
    }

    @Test("behind a gap in the nonces nothing is offered until the gap is filled")
    func gap() throws {
        var scenario = PoolScenario()
        let address = SampleGenesis.user(0).address
        let second = try scenario.take(0, nonce: 1)
        #expect(try scenario.order().isEmpty)
        #expect(scenario.pool.nextNonce(of: address, accountNonce: 0) == 0)
        let first = try scenario.take(0, nonce: 0)
        #expect(try scenario.order() == [first, second])
        #expect(scenario.pool.nextNonce(of: address, accountNonce: 0) == 2)
    }

    @Test(
        "a replacement needs both fees raised by a tenth",
        arguments: [
            (110, 1_100, true), (109, 1_100, false), (110, 1_099, false), (200, 1_000, false), (100, 2_000, false),
        ])
    func replacement(tip: Int, maxFee: Int, isTaken: Bool) throws {
        var scenario = PoolScenario()
        let unit = Unit.gwei / 100
        let old = try scenario.take(0, nonce: 0, tip: 100 * unit, maxFee: 1_000 * unit)
        let new = try SampleGenesis.user(0).transaction(
            nonce: 0, to: SampleGenesis.owner(1), tip: UInt128(tip) * unit, maxFee: UInt128(maxFee) * unit)
        #expect(try scenario.offer(new) == (isTaken ? nil : .replacementUnderpriced))
        #expect(scenario.pool.contains(new.hash) == isTaken)
        #expect(scenario.pool.contains(old) != isTaken)
        #expect(scenario.pool.transactionCount == 1)
        #expect(try scenario.order() == [isTaken ? new.hash : old])
    }

    @Test("a committed block takes away what it includes, what is stale and what cannot be paid any more")
    func pruning() throws {
        var scenario = PoolScenario()
        let included = try scenario.take(0, nonce: 0)
        let stale = try scenario.take(1, nonce: 0)
        let kept = try scenario.take(1, nonce: 1)
        scenario.nonces[SampleGenesis.user(0).address] = 1
        scenario.nonces[SampleGenesis.user(1).address] = 1
        try scenario.prune([included])
        #expect([included, stale, kept].map { scenario.pool.contains($0) } == [false, false, true])
        #expect(scenario.pool.transactionCount == 1)
        #expect(scenario.pool.transaction(kept)?.hash == kept)
        #expect(scenario.pool.transaction(stale) == nil)
        scenario.balance = 0
        try scenario.prune()
        #expect(scenario.pool.transactionCount == 0)
    }

    @Test("at the bounds of the pool a sender is told which one, and pruning makes room")
    func bounds() throws {
        var scenario = PoolScenario {
            $0.transactions = 2
            $0.perSender = 4
        }
        let first = try scenario.take(0, nonce: 0)
        try scenario.take(1, nonce: 0)
        let third = try SampleGenesis.user(2).transaction(nonce: 0, to: .zero, tip: 1)
        #expect(try scenario.offer(third) == .poolFull)
        scenario.nonces[SampleGenesis.user(0).address] = 1
        try scenario.prune([first])
        #expect(try scenario.offer(third) == nil)
    }

    @Test("the bytes of the pool are bounded, replacements included")
    func byteBound() throws {
        var scenario = PoolScenario { $0.bytes = 1_000 }
        try scenario.take(0, nonce: 0, data: [UInt8](repeating: 7, count: 300))
        try scenario.take(1, nonce: 0, data: [UInt8](repeating: 7, count: 300))
        let third = try SampleGenesis.user(2).transaction(
            nonce: 0, to: .zero, data: [UInt8](repeating: 7, count: 300), tip: 1)
        #expect(try scenario.offer(third) == .poolFull)
        let larger = try SampleGenesis.user(1).transaction(
            nonce: 0, to: .zero, data: [UInt8](repeating: 7, count: 700), tip: 2, maxFee: 100 * Unit.gwei)
        // It pays for one's room and not for both: what it replaces is its own, the other's bid is lower.
        #expect(try scenario.offer(larger) == nil)
        #expect(scenario.pool.transactionCount == 1)
        let smaller = try SampleGenesis.user(1).transaction(nonce: 0, to: .zero, tip: 100, maxFee: 200 * Unit.gwei)
        #expect(try scenario.offer(smaller) == nil)
        #expect(try scenario.offer(third) == nil)
    }
}

@Suite("Why the pool refuses an ordinary transaction")
struct OrdinaryRefusalTests {
    private let user = SampleGenesis.user(0)

    @Test("alreadyKnown")
    func alreadyKnown() throws {
        var scenario = PoolScenario()
        let transaction = try user.transaction(nonce: 0, to: .zero)
        #expect(try scenario.offer(transaction) == nil)
        #expect(try scenario.offer(transaction) == .alreadyKnown)
    }

    @Test("nonceTooLow and nonceTooFarAhead")
    func nonces() throws {
        var scenario = PoolScenario { $0.perSender = 4 }
        scenario.nonces[user.address] = 5
        #expect(try scenario.offer(user.transaction(nonce: 4, to: .zero)) == .nonceTooLow(next: 5, got: 4))
        #expect(try scenario.offer(user.transaction(nonce: 9, to: .zero)) == .nonceTooFarAhead(next: 5, got: 9))
        #expect(try scenario.offer(user.transaction(nonce: 8, to: .zero)) == nil)
    }

    @Test("senderLimit, while stale transactions are not yet pruned")
    func senderLimit() throws {
        var scenario = PoolScenario { $0.perSender = 2 }
        try scenario.take(0, nonce: 0)
        try scenario.take(0, nonce: 1)
        scenario.nonces[user.address] = 1
        #expect(try scenario.offer(user.transaction(nonce: 2, to: .zero)) == .senderLimit(2))
        try scenario.prune()
        #expect(try scenario.offer(user.transaction(nonce: 2, to: .zero)) == nil)
    }

    @Test("insufficientFunds counts the whole gas limit at the maximum fee")
    func insufficientFunds() throws {
        var scenario = PoolScenario()
        let want = 21_000 * (3 * Unit.gwei) + 17
        scenario.balance = want - 1
        let transaction = try user.transaction(nonce: 0, to: .zero, value: 17, gasLimit: 21_000, maxFee: 3 * Unit.gwei)
        #expect(try scenario.offer(transaction) == .insufficientFunds(have: want - 1, want: want))
        scenario.balance = want
        #expect(try scenario.offer(transaction) == nil)
    }

    @Test("costOverflow")
    func costOverflow() throws {
        var scenario = PoolScenario()
        scenario.balance = .max
        let transaction = try user.transaction(nonce: 0, to: .zero, value: .max, maxFee: Unit.gwei)
        #expect(try scenario.offer(transaction) == .costOverflow)
    }

    @Test("intrinsicGasTooLow, exceedsBlockGasLimit, underpriced, contractCreation")
    func gas() throws {
        var scenario = PoolScenario()
        #expect(
            try scenario.offer(user.transaction(nonce: 0, to: .zero, data: [0, 1], gasLimit: 21_019))
                == .intrinsicGasTooLow(have: 21_019, want: 21_020))
        #expect(
            try scenario.offer(user.transaction(nonce: 0, to: .zero, gasLimit: 30_000_001))
                == .exceedsBlockGasLimit(have: 30_000_001, limit: 30_000_000))
        #expect(
            try scenario.offer(user.transaction(nonce: 0, to: .zero, tip: 0, maxFee: Unit.gwei - 1))
                == .underpriced(minimum: Unit.gwei))
        #expect(try scenario.offer(user.transaction(nonce: 0, to: nil)) == .contractCreation)
    }

    @Test("each refusal has a text of its own")
    func texts() {
        let refusals: [MempoolRefusal] = [
            .alreadyKnown, .nonceTooLow(next: 1, got: 0), .nonceTooFarAhead(next: 1, got: 99),
            .insufficientFunds(have: 1, want: 2), .costOverflow, .intrinsicGasTooLow(have: 1, want: 2),
            .exceedsBlockGasLimit(have: 2, limit: 1), .underpriced(minimum: 1), .replacementUnderpriced,
            .contractCreation, .poolFull, .senderLimit(1), .payloadMismatch, .provingRefused(name: "a", reason: "b"),
        ]
        #expect(Set(refusals.map(\.message)).count == refusals.count)
    }
}
