import AccountTree
import ByteCodec
import ChainTypes
import NodeRuntime
import ProofField
import Replica
import Storage
import SystemState
import Testing

struct ChainStoreTests {
    /// Three blocks with transfers, a new account and a failed call in them.
    private static func chain() throws -> TestChain {
        var chain = try TestChain()
        try chain.submit(try chain.transfer(nonce: 0))
        try chain.submit(try chain.transfer(nonce: 1, value: 5))
        try chain.advance()
        try chain.advance()
        try chain.submit(try chain.transfer(nonce: 2, to: SystemContract.claims.address, value: 0, data: [1, 2, 3, 4]))
        try chain.advance()
        return chain
    }

    @Test func aRestartedNodeHasTheSameStateAndGoesOn() throws {
        var chain = try Self.chain()
        let before = chain.replica
        try chain.restart()
        #expect(chain.replica.tip == before.tip)
        #expect(chain.replica.ledger.accounts.accounts == before.ledger.accounts.accounts)
        #expect(chain.replica.ledger.tree.root == before.ledger.tree.root)
        #expect(chain.replica.ledger.operations == before.ledger.operations)
        var (system, expected) = (chain.replica.ledger.system, before.ledger.system)
        #expect(system.root() == expected.root())
        try chain.submit(try chain.transfer(nonce: 3))
        try chain.advance()
        #expect(chain.replica.tip.header.height == 4)
        #expect(chain.replica.tip.header.parentHash == before.tip.hash)
        try chain.restart()
        #expect(chain.replica.tip.header.height == 4)
    }

    /// A crash after the votes were signed and before the block was written must not lead to another block.
    @Test func aRestartBetweenSigningAndCommittingDecidesTheSameBlock() throws {
        var chain = try Self.chain()
        try chain.submit(try chain.transfer(nonce: 3))
        var lost = chain.replica
        let effects = try lost.step(.beginHeight(4, now: TestChain.start + 8_000))
        for case .persistSignState(let state, let proposed) in effects {
            try chain.store.persistSignState(state, proposed: proposed)
        }
        #expect(lost.tip.header.height == 4)
        try chain.restart()
        #expect(chain.replica.tip.header.height == 3)
        let again = try chain.replica.step(.start(now: TestChain.start + 9_000))
        #expect(!again.isEmpty)
        #expect(chain.replica.tip == lost.tip)
    }

    @Test func blocksReceiptsAndIndexesAreFound() throws {
        let chain = try Self.chain()
        try chain.store.store.read { snapshot throws(StorageFault) in
            let head = try snapshot.head()
            #expect(head.height == 3 && head.hash == chain.replica.tip.hash)
            guard let report = try snapshot.report(at: 1) else {
                Issue.record("block 1 is not there")
                return
            }
            #expect(report.block.transactions.count == 2 && report.receipts.receipts.count == 2)
            #expect(try snapshot.height(ofBlock: report.hash) == 1)
            let position = try snapshot.position(of: report.transactionHashes[1])
            #expect(position?.height == 1 && position?.index == 1)
            #expect(try snapshot.certificate(at: 3) == chain.replica.tip.certificate)
            #expect(try snapshot.certificate(at: 0) == nil)
            #expect(try snapshot.block(at: 4) == nil)
            let failed = try snapshot.receipts(at: 3)?.receipts.first
            #expect(failed?.succeeded == false && failed?.failure?.isEmpty == false)
        }
    }

    @Test func balancesAreThoseOfTheirHeight() throws {
        let chain = try Self.chain()
        let sender = try chain.sender
        try chain.store.store.read { snapshot throws(StorageFault) in
            #expect(try snapshot.account(sender, at: 0)?.nonce == 0)
            #expect(try snapshot.account(sender, at: 0)?.balance == 10_000 * Unit.cairn)
            #expect(try snapshot.account(sender, at: 1)?.nonce == 2)
            #expect(try snapshot.account(sender, at: 2)?.nonce == 2)
            #expect(try snapshot.account(sender, at: 3)?.nonce == 3)
            #expect(try snapshot.account(TestChain.recipient, at: 0) == nil)
            #expect(try snapshot.account(TestChain.recipient, at: 3)?.balance == Unit.cairn + 5)
        }
    }

    /// A job over blocks 1 to 3.
    private static func job(operations: Int) -> Job {
        let statement = JobStatement(
            chainId: 1, programHash: .zero, firstHeight: 1, lastHeight: 3, lastBlockHash: .zero, subBlock: 0,
            subBlockCount: 1, operationCount: UInt32(operations), operationsDigest: .zero, operationsRoot: .zero,
            before: .zero, after: .zero, attempt: 0)
        return Job(number: 1, id: .zero, statement: statement, plan: [], planRoot: .zero, phase: .t1)
    }

    @Test func theInputOfARunOfBlocksLeadsFromItsFirstRootToItsLast() throws {
        let chain = try Self.chain()
        let count = chain.replica.ledger.operations.values.reduce(0) { $0 + $1.count }
        let found = try chain.store.store.read { snapshot throws(StorageFault) in
            (
                before: try snapshot.block(at: 0), after: try snapshot.block(at: 3),
                input: try snapshot.proofInput(of: Self.job(operations: count)),
                other: try snapshot.proofInput(of: Self.job(operations: count + 1))
            )
        }
        let input = try #require(found.input)
        #expect(input.witness.treeBefore()?.root == found.before?.header.accountsRoot)
        let accounts = try input.witness.accounts(after: input.operations)
        #expect(input.witness.tree(with: accounts)?.root == found.after?.header.accountsRoot)
        #expect(found.other == nil)
    }

    @Test func moneyIsConserved() throws {
        let chain = try Self.chain()
        let total = try chain.store.store.read { snapshot throws(StorageFault) in try snapshot.accountsTotal() }
        #expect(total.count == UInt64(chain.replica.ledger.accounts.accountCount))
        try chain.replica.ledger.system.checkConservation(accountsTotal: total.balances)
        #expect(chain.replica.ledger.system.supply.burned > 0)
    }

    @Test func anotherGenesisIsRefused() throws {
        let chain = try TestChain()
        chain.store.close()
        var other = chain.genesis
        other.chainId += 1
        let error = #expect(throws: ChainStoreError.self) {
            try ChainStore.open(path: TestChain.path(chain.directory), genesis: other)
        }
        #expect(error.map { "\($0)" }?.contains("belongs to another chain") == true)
        #expect(try ChainStore.openExisting(path: TestChain.path(chain.directory)).genesis == chain.genesis)
    }

    @Test func aGenesisWithErrorsStartsNoChain() throws {
        let directory = try TemporaryDirectory()
        var genesis = try TestChain().genesis
        genesis.validators = []
        #expect(throws: ChainStoreError.self) { try ChainStore.open(path: directory.path, genesis: genesis) }
    }

    @Test func aDirectoryInUseIsRefused() throws {
        let chain = try TestChain()
        let error = #expect(throws: ChainStoreError.self) {
            try ChainStore.open(path: TestChain.path(chain.directory), genesis: chain.genesis)
        }
        #expect(error.map { "\($0)" }?.contains("another process is using") == true)
    }

    /// Records that were changed behind the checksums' back do not have the root that the head commits to.
    @Test(arguments: [ColumnFamily.accounts, .system]) func changedRecordsAreNoticed(_ family: ColumnFamily) throws {
        var chain = try Self.chain()
        let last = try chain.store.store.read { snapshot throws(StorageFault) in try snapshot.last(in: family) }
        var record = try #require(last)
        record.value[record.value.count - 1] ^= 1
        var batch = WriteBatch()
        batch.put(family, key: record.key, value: record.value)
        try chain.store.store.write(batch)
        let fault = #expect(throws: StorageFault.self) { try chain.restart() }
        #expect(fault?.kind == .corruption)
    }

    /// A proposer would build on the head's certificate, and cut jobs out of the operations.
    @Test(arguments: [ColumnFamily.certificates, .operations, .blocks])
    func anotherKeysRecordIsNoticed(_ family: ColumnFamily) throws {
        var chain = try Self.chain()
        let records = try chain.store.store.read { snapshot throws(StorageFault) in
            var records: [(key: [UInt8], value: [UInt8])] = []
            try snapshot.forEach(in: family) { (key, value) throws(StorageFault) in
                records.append((key, value))
                return .next
            }
            return records
        }
        try #require(records.count > 1)
        var batch = WriteBatch()
        batch.put(family, key: records[records.count - 1].key, value: records[records.count - 2].value)
        try chain.store.store.write(batch)
        let fault = #expect(throws: StorageFault.self) { try chain.restart() }
        #expect(fault?.kind == .corruption)
    }

    @Test func aFlippedSignatureOfTheHeadIsNoticed() throws {
        var chain = try Self.chain()
        let last = try chain.store.store.read { snapshot throws(StorageFault) in try snapshot.last(in: .certificates) }
        var record = try #require(last)
        record.value[record.value.count - 20] ^= 1
        var batch = WriteBatch()
        batch.put(.certificates, key: record.key, value: record.value)
        try chain.store.store.write(batch)
        let fault = #expect(throws: StorageFault.self) { try chain.restart() }
        #expect(fault?.kind == .corruption)
    }

    /// Who asked for it would ban the node that sent it.
    @Test func aBlockOfAnotherHeightIsNotServed() throws {
        let chain = try Self.chain()
        let (one, two) = ([0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 2]) as ([UInt8], [UInt8])
        let block = try chain.store.store.read { snapshot throws(StorageFault) in try snapshot.get(.blocks, two) }
        var batch = WriteBatch()
        batch.put(.blocks, key: one, value: try #require(block))
        try chain.store.store.write(batch)
        #expect(throws: StorageFault.self) { try chain.store.syncBlocks(from: 1, count: 2) }
    }
}
