package import ByteCodec
package import ChainTypes
package import Circuits
package import Mempool
package import Replica
import STARKCore
package import SystemState

/// A validator alone, with a disk in memory and a clock that the chain itself advances.
package struct SampleNode: Sendable {
    package let genesis: Genesis
    package private(set) var replica: Replica
    package private(set) var disk: SampleDisk
    package private(set) var now: UInt64
    private var next: (height: UInt64, milliseconds: UInt64)?

    package enum Failure: Error { case noProfile, noBlock(UInt64), halted(String) }

    package init(_ genesis: Genesis) throws {
        try self.init(genesis, disk: SampleDisk(genesis: genesis), now: genesis.timestamp + 1_000)
    }

    /// A node started on what is on the disk.
    package init(_ genesis: Genesis, disk: SampleDisk, now: UInt64) throws {
        guard let parameters = ProofParameters.named(genesis.proving.proofProfile) else { throw Failure.noProfile }
        self.genesis = genesis
        self.disk = disk
        self.now = now
        replica = Replica(
            genesis: genesis, keys: SampleGenesis.validator, restored: try disk.restored(),
            checker: ProofChecker(program: try BlockProgram(parameters: parameters)))
    }

    package var system: SystemState { replica.ledger.system }
    package var height: UInt64 { replica.tip.header.height }
    package var blocks: [CommittedBlock] { disk.blocks }
    package var program: BlockProgram { replica.checker.program }

    /// The effects of beginning the next height, carried out nowhere.
    package mutating func begin() throws -> [ReplicaEffect] {
        guard let next else { return try replica.step(.start(now: now)) }
        now += next.milliseconds
        return try replica.step(.beginHeight(next.height, now: now))
    }

    /// Makes `count` blocks; returns the last.
    @discardableResult
    package mutating func produce(_ count: Int = 1) throws -> CommittedBlock {
        var last: CommittedBlock?
        for _ in 0..<count {
            last = nil
            for effect in try begin() {
                disk.carryOut(effect)
                switch effect {
                case .commit(let block): last = block
                case .scheduleHeight(let height, let milliseconds): next = (height, milliseconds)
                case .halt(let reason): throw Failure.halted(reason)
                default: break
                }
            }
            guard last != nil else { throw Failure.noBlock(height + 1) }
        }
        guard let last else { throw Failure.noBlock(height) }
        return last
    }

    /// Offers a transaction to the pool; nil when it was taken.
    package mutating func submit(_ transaction: VerifiedTransaction, payload: [UInt8]? = nil) throws -> MempoolRefusal?
    {
        for effect in try replica.step(.submit(transaction, payload: payload)) {
            if case .refused(_, let refusal) = effect { return refusal }
            if case .admitted = effect { return nil }
        }
        throw Failure.halted("no answer to a submission")
    }

    /// The nonce of the account, pending transactions included.
    package func nonce(of address: Address) -> UInt64 {
        let account = replica.ledger.accounts.account(at: address)?.account
        return replica.mempool.nextNonce(of: address, accountNonce: account?.nonce ?? 0)
    }

    /// A transfer between users, into the pool.
    package mutating func transfer(from sender: Int, to recipient: Address, value: UInt128) throws {
        let key = SampleGenesis.user(sender)
        let transaction = try key.transaction(nonce: nonce(of: key.address), to: recipient, value: value)
        if let refusal = try submit(transaction) { throw refusal }
    }

    package func balance(_ address: Address) -> UInt128 {
        replica.ledger.accounts.account(at: address)?.account.balance ?? 0
    }

    /// Whether no money came from nowhere and none is lost.
    package var isConserved: Bool {
        (try? system.checkConservation(accountsTotal: replica.ledger.accounts.total)) != nil
    }
}
