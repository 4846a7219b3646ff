import AccountTree
import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import Foundation
import JSONRPC
import Logging
import NodeRuntime
import Replica
import Storage
import SystemState
import Testing

struct SnapshotTests {
    /// Ten blocks with transfers, new accounts and a changed validator set; jobs have provers and are not proven.
    static func chain() throws -> TestChain {
        var chain = try TestChain(provers: 3)
        var nonce: UInt64 = 0
        for height in UInt64(1)...10 {
            if height % 3 != 0 {
                for _ in 0..<2 {
                    try chain.submit(try chain.transfer(nonce: nonce, to: Address(lowBytes: 0x1000 + nonce)))
                    nonce += 1
                }
            }
            try chain.advance()
        }
        return chain
    }

    /// More stake for the only validator: its set is not that of the genesis any more.
    private static func raisePower(_ chain: inout TestChain, nonce: UInt64) throws {
        var arguments = ABIWriter()
        arguments.append(chain.devnet.validators[0].address)
        try chain.submit(
            try chain.transfer(
                nonce: nonce, to: SystemContract.validators.address, value: 2_000 * Unit.cairn,
                data: ABI.selector("deposit(address)") + arguments.encoded))
        for _ in 0..<3 { try chain.advance() }
    }

    @Test func aNodeRestoredFromASnapshotMakesTheSameBlocks() throws {
        var chain = try Self.chain()
        let directory = try TemporaryDirectory()
        let file = directory.path + "/state.snapshot"
        let (manifest, chunks) = try chain.store.snapshot()
        try SnapshotFile.write(manifest, chunks: chunks, to: file)
        let read = try SnapshotFile.read(file)
        #expect(read.manifest == manifest && read.chunks == chunks)
        let snapshot = try VerifiedSnapshot(
            manifest: read.manifest, chunks: read.chunks, genesis: chain.genesis, trust: .genesis)
        #expect(!snapshot.contents.work.isEmpty)

        let place = try TemporaryDirectory()
        let path = place.path + "/chain"
        try ChainStore.restore(snapshot, genesis: chain.genesis, path: path)
        let store = try ChainStore.open(path: path, genesis: chain.genesis)
        var copy = chain
        copy.store = store
        var restored = try store.load(validator: chain.devnet.validators[0].address)
        #expect(restored.mayHaveSigned)
        // The operator's word; without it the copy keeps silent.
        restored.mayHaveSigned = false
        copy.replica = Replica(
            genesis: chain.genesis, keys: chain.devnet.validators[0], restored: restored, checker: chain.checker)
        #expect(copy.replica.tip == chain.replica.tip)
        #expect(copy.replica.ledger.operations == chain.replica.ledger.operations)
        for nonce in UInt64(14)..<20 {
            for node in [0, 1] {
                let transfer = try chain.transfer(nonce: nonce, to: Address(lowBytes: 0x2000 + nonce))
                if node == 0 { try chain.submit(transfer) } else { try copy.submit(transfer) }
            }
            // The restored node begins; the other one goes on.
            let now = TestChain.start + (chain.replica.tip.header.height + 1) * 2_000
            try chain.advance()
            for effect in try copy.replica.step(
                nonce == 14 ? .start(now: now) : .beginHeight(copy.replica.tip.header.height + 1, now: now))
            {
                if case .commit(let block) = effect { try store.commit(block) }
            }
            #expect(copy.replica.tip == chain.replica.tip)
        }
        // What is not kept is said not to be there.
        try store.store.read { reader throws(StorageFault) in
            #expect(try reader.base() == 10)
            #expect(try reader.block(at: 9) == nil)
            #expect(try reader.report(at: 10) != nil)
            #expect(try reader.operations(at: 10) != nil)
        }
        store.close()
        var system = try ChainStore.open(path: path, genesis: chain.genesis).load().ledger.system
        let root = system.root()
        #expect(root == chain.replica.tip.header.systemRoot)
    }

    /// An empty answer about blocks that are not here would pass for "nothing happened".
    @Test func aNodeThatBeganWithASnapshotSaysWhereItsHistoryBegins() async throws {
        let chain = try Self.chain()
        let (manifest, chunks) = try chain.store.snapshot()
        let snapshot = try VerifiedSnapshot(
            manifest: manifest, chunks: chunks, genesis: chain.genesis, trust: .genesis)
        let place = try TemporaryDirectory()
        try ChainStore.restore(snapshot, genesis: chain.genesis, path: place.path + "/chain")
        var copy = chain
        copy.store = try ChainStore.open(path: place.path + "/chain", genesis: chain.genesis)
        let (here, there) = (NodeRPC(host: try chain.host()), NodeRPC(host: try copy.host()))
        await #expect(
            throws: RPCError(code: 4444, message: "pruned history unavailable: the blocks of this node begin at 10")
        ) {
            try await there.ask("eth_getLogs", ["fromBlock": "0x9", "toBlock": "0xa"])
        }
        let last = try await here.ask("eth_getLogs", ["fromBlock": "0xa"])
        #expect(try await there.ask("eth_getLogs", ["fromBlock": "earliest"]) == last)
        // Of five blocks that are asked for it has one, and says so.
        let history = try await there.ask("eth_feeHistory", "0x5", "latest", [50])
        #expect(history["oldestBlock"] == "0xa")
        #expect(history["baseFeePerGas"]?.array?.count == 2 && history["reward"]?.array?.count == 1)
        #expect(history["gasUsedRatio"] == (try await here.ask("eth_feeHistory", "0x1", "latest"))["gasUsedRatio"])
        copy.store.close()
    }

    /// The only validator goes on elsewhere; its copy, restored without the record of what was signed, follows.
    @Test func aRestoredValidatorWithoutItsRecordSignsNothingUntilItSawAYoungerBlock() throws {
        var chain = try Self.chain()
        let (manifest, chunks) = try chain.store.snapshot()
        let snapshot = try VerifiedSnapshot(
            manifest: manifest, chunks: chunks, genesis: chain.genesis, trust: .genesis)
        let place = try TemporaryDirectory()
        try ChainStore.restore(snapshot, genesis: chain.genesis, path: place.path + "/chain")
        let store = try ChainStore.open(path: place.path + "/chain", genesis: chain.genesis)
        let keys = chain.devnet.validators[0]
        let restored = try store.load(validator: keys.address)
        #expect(restored.mayHaveSigned)
        var copy = Replica(genesis: chain.genesis, keys: keys, restored: restored, checker: chain.checker)
        let started = TestChain.start + 11 * 2_000
        func signed(_ effects: [ReplicaEffect]) -> Bool {
            effects.contains { effect in
                switch effect {
                case .persistSignState, .broadcast(.consensus, _): true
                default: false
                }
            }
        }
        #expect(!signed(try copy.step(.start(now: started))))
        #expect(copy.isKeepingSilent)
        let peer = Address(lowBytes: 77)
        _ = try copy.step(.peerUp(peer, now: started))
        // A block may have been proposed before the start when its time is not past the margin.
        let last = 10 + (Replica.silenceMargin + 2_000) / 2_000
        for height in 11...(last + 1) {
            try chain.advance()
            #expect(!signed(try copy.step(.beginHeight(height, now: started))))
            let now = chain.replica.tip.header.timestamp
            let status = PeerStatus(height: height, tipHash: chain.replica.tip.hash, baseHeight: 1)
            var effects = try copy.step(.message(.status(status), from: peer, now: now))
            effects += try copy.step(.tick(now: now + 2_000))
            let asks = effects.contains { if case .send(.blocksRequest, _) = $0 { true } else { false } }
            #expect(asks)
            let blocks = try chain.store.syncBlocks(from: height, count: 1)
            effects = try copy.step(.message(.blocks(blocks), from: peer, now: now + 2_000))
            #expect(copy.tip.hash == chain.replica.tip.hash)
            #expect(!signed(effects))
            #expect(copy.isKeepingSilent == (height <= last))
        }
        let effects = try copy.step(.beginHeight(last + 2, now: chain.replica.tip.header.timestamp + 2_000))
        #expect(signed(effects))
        for case .persistSignState(let state, _) in effects { #expect(state.height == last + 2) }
        store.close()
    }

    /// A record that reaches past the snapshot says all that was signed; one that ends before it does not.
    @Test func aRecordCountsWhenItReachesPastTheSnapshot() throws {
        var chain = try Self.chain()
        let (manifest, chunks) = try chain.store.snapshot()
        let snapshot = try VerifiedSnapshot(
            manifest: manifest, chunks: chunks, genesis: chain.genesis, trust: .genesis)
        let validator = chain.devnet.validators[0].address
        for (heights, mayHaveSigned) in [(0, true), (1, false)] {
            for _ in 0..<heights { try chain.advance() }
            let place = try TemporaryDirectory()
            let name = "chain-sign-\(validator).log"
            try FileManager.default.copyItem(
                atPath: "\(chain.directory.path)/\(name)", toPath: "\(place.path)/\(name)")
            try ChainStore.restore(snapshot, genesis: chain.genesis, path: place.path + "/chain")
            let store = try ChainStore.open(path: place.path + "/chain", genesis: chain.genesis)
            #expect(try store.load(validator: validator).mayHaveSigned == mayHaveSigned)
            #expect(try !store.load().mayHaveSigned)
            store.close()
        }
        #expect(try !chain.store.load(validator: validator).mayHaveSigned, "it did not begin with a snapshot")
    }

    /// The node goes on while its snapshot is made; what is served is what a snapshot of that height is.
    @Test func theShelfServesTheStateOfItsHeightWhateverCameSince() async throws {
        var chain = try Self.chain()
        let folder = chain.directory.path + "/snapshots"
        func shelf() -> SnapshotShelf {
            SnapshotShelf(chain: chain.store, folder: folder, interval: 5, log: Logger(label: "shelf"))
        }
        let wanted = try chain.store.snapshot()
        let first = shelf()
        first.committed(10)
        try chain.advance()
        first.committed(11)
        await first.settle()
        #expect(first.heights == [10])
        // After a restart it serves the same files, and not half of one.
        try Data([1, 2, 3]).write(to: URL(filePath: folder + "/9.snapshot.partial"))
        let again = shelf()
        let block = wanted.manifest.header.hash
        #expect(again.answer(.manifestRequest(nil)) == .manifest(wanted.manifest))
        #expect(again.answer(.manifestRequest(block)) == .manifest(wanted.manifest))
        #expect(again.answer(.manifestRequest(.zero)) == .manifest(nil))
        for (place, bytes) in wanted.chunks.enumerated() {
            #expect(again.answer(.chunkRequest(block, UInt32(place))) == .chunk(block, UInt32(place), bytes))
        }
        #expect(again.answer(.chunkRequest(block, 99)) == .chunk(block, 99, []))
        #expect(again.answer(.manifest(nil)) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["10.snapshot"])
        // A damaged file is not served.
        let path = folder + "/10.snapshot"
        var whole = try Data(contentsOf: URL(filePath: path))
        whole[whole.count - 1] ^= 1
        try whole.write(to: URL(filePath: path))
        let place = UInt32(wanted.chunks.count - 1)
        #expect(shelf().answer(.chunkRequest(block, place)) == .chunk(block, place, []))
        // Two are kept.
        for height in UInt64(12)...20 {
            try chain.advance()
            again.committed(height)
            await again.settle()
        }
        #expect(again.heights == [15, 20])
    }

    @Test func aSnapshotOfAnotherHeightOrOfTheGenesisIsRefused() throws {
        let young = try TestChain()
        #expect(throws: SnapshotError.self) { try young.store.snapshot() }
        let chain = try Self.chain()
        #expect(throws: SnapshotError.self) { try chain.store.snapshot(at: 9) }
        #expect(try chain.store.snapshot(at: 10).manifest.header.height == 10)
    }

    @Test func restoringOverAChainIsRefused() throws {
        let chain = try Self.chain()
        let (manifest, chunks) = try chain.store.snapshot()
        let snapshot = try VerifiedSnapshot(
            manifest: manifest, chunks: chunks, genesis: chain.genesis, trust: .genesis)
        let directory = try TemporaryDirectory()
        try ChainStore.restore(snapshot, genesis: chain.genesis, path: directory.path + "/chain")
        #expect(throws: ChainStoreError.self) {
            try ChainStore.restore(snapshot, genesis: chain.genesis, path: directory.path + "/chain")
        }
    }

    @Test func validatorsThatChangedSinceTheGenesisNeedAHashToTrust() throws {
        var chain = try Self.chain()
        try Self.raisePower(&chain, nonce: 14)
        let (manifest, chunks) = try chain.store.snapshot()
        #expect(manifest.validators.totalPower == 3)
        func verify(_ trust: SnapshotTrust) throws(SnapshotRejection) {
            _ = try VerifiedSnapshot(manifest: manifest, chunks: chunks, genesis: chain.genesis, trust: trust)
        }
        #expect(throws: SnapshotRejection.unknownValidators) { try verify(.genesis) }
        let hash = manifest.header.hash
        #expect(throws: SnapshotRejection.wrongHash(have: hash, want: .zero)) { try verify(.hash(.zero)) }
        try verify(.hash(hash))
    }

    /// A snapshot whose digests are right and whose contents are not.
    @Test func eachPartThatDoesNotBelongToTheHeaderIsRejectedByName() throws {
        let chain = try Self.chain()
        let (manifest, chunks) = try chain.store.snapshot()
        let genesis = chain.genesis
        let good = try VerifiedSnapshot(manifest: manifest, chunks: chunks, genesis: genesis, trust: .genesis)
        func rejection(
            manifest change: (inout SnapshotManifest) -> Void = { _ in },
            genesis other: Genesis? = nil, trust: SnapshotTrust? = nil,
            contents changeContents: (inout SnapshotContents) -> Void = { _ in }
        ) -> SnapshotRejection? {
            var contents = good.contents
            changeContents(&contents)
            let (cut, bytes) = contents.cut()
            var changed = manifest
            changed.chunks = cut
            change(&changed)
            let trust = trust ?? .hash(changed.header.hash)
            do {
                _ = try VerifiedSnapshot(manifest: changed, chunks: bytes, genesis: other ?? genesis, trust: trust)
                return nil
            } catch {
                return error
            }
        }
        #expect(rejection() == nil)
        var foreign = genesis
        foreign.chainId += 1
        #expect(rejection(genesis: foreign) == .otherGenesis(have: genesis.hash, want: foreign.hash))
        #expect(rejection(manifest: { $0.header.height = 0 }) == .genesisBlock)
        #expect(
            rejection(manifest: { $0.header.systemRoot = .zero }, trust: .genesis)
                == .certificate(
                    .wrongBlock(have: manifest.header.hash, want: Self.changed(manifest.header).hash)))
        #expect(rejection(manifest: { $0.header.validatorsHash = .zero }) == .wrongValidators)
        #expect(
            rejection(manifest: { $0.certificate.signatures = [nil] })
                == .certificate(.insufficientPower(have: 0, total: 1)))
        #expect(
            rejection(manifest: { $0.chunks.removeLast() })
                == .wrongChunkCount(
                    have: manifest.chunks.count, want: manifest.chunks.count - 1))
        #expect(rejection(manifest: { $0.chunks[1].digest = .zero }) == .damagedChunk(1, .headers))
        #expect(rejection(contents: { $0.block.transactions.append([1]) }) == .wrongBlock)
        #expect(rejection(contents: { $0.block.lastCertificate = nil }) == .wrongBlock)
        #expect(rejection(contents: { $0.receipts[0].succeeded.toggle() }) == .wrongReceipts)
        #expect(rejection(contents: { $0.systemLogs = [Log(address: .zero, topics: [], data: [])] }) == .wrongReceipts)
        #expect(rejection(contents: { $0.accounts[3].balance += 1 }) == .wrongAccounts)
        #expect(rejection(contents: { $0.accounts.append($0.accounts[0]) }) == .wrongAccounts)
        #expect(rejection(contents: { $0.accounts.append(Account(address: .zero, balance: 0)) }) == .wrongAccounts)
        #expect(rejection(contents: { $0.records[0].value[7] ^= 1 }) == .wrongSystemRoot)
        #expect(rejection(contents: { $0.records.removeFirst() }) == .systemRecords(.missingScalar(0)))
        #expect(rejection(contents: { $0.headers.removeFirst() }) == .wrongHeaders)
        #expect(rejection(contents: { $0.headers[2].timestamp += 1 }) == .wrongHeaders)
        #expect(rejection(contents: { $0.work.removeLast() }) == .wrongOperations(height: 10))
        #expect(
            rejection(contents: { $0.work.append($0.work[0]) })
                == .wrongOperations(height: good.contents.work[0].height))
        #expect(
            rejection(contents: { $0.work[0].operations[0].amount += 1 })
                == .wrongOperations(height: good.contents.work[0].height)
        )
        #expect(
            rejection(contents: {
                $0.work[1] = SnapshotContents.UnprovenWork(
                    height: $0.work[1].height, operations: $0.work[1].operations, witness: $0.work[0].witness)
            }) == .wrongWitness(height: good.contents.work[1].height))
    }

    private static func changed(_ header: BlockHeader) -> BlockHeader {
        var header = header
        header.systemRoot = .zero
        return header
    }

    /// Truncated at places in every part, and with single bits flipped: refused, with the place.
    @Test func aDamagedFileIsRefusedWhereverItIsDamaged() throws {
        let chain = try Self.chain()
        let directory = try TemporaryDirectory()
        let file = directory.path + "/state.snapshot"
        let (manifest, chunks) = try chain.store.snapshot()
        try SnapshotFile.write(manifest, chunks: chunks, to: file)
        let whole = try Data(contentsOf: URL(filePath: file))
        let damaged = directory.path + "/damaged.snapshot"
        func error(_ bytes: Data) throws -> SnapshotFileError? {
            try bytes.write(to: URL(filePath: damaged))
            do { _ = try SnapshotFile.read(damaged) } catch { return error }
            return nil
        }
        #expect(try error(whole) == nil)
        #expect(try error(whole + [0]) == .trailingBytes(offset: UInt64(whole.count)))
        #expect(try error(Data()) == .notASnapshot(path: damaged))
        for place in stride(from: 0, to: whole.count, by: 97) {
            #expect(try error(whole.prefix(place)) != nil, "cut at \(place)")
            var flipped = whole
            flipped[place] ^= 1 << UInt8(place % 8)
            #expect(try error(flipped) != nil, "flipped at \(place)")
        }
        let body = whole.count - chunks.reduce(0) { $0 + $1.count }
        var flipped = whole
        flipped[body] ^= 1
        #expect(try error(flipped) == .damagedChunk(0, .block, offset: UInt64(body)))
        #expect(try error(whole.prefix(body + 3)) == .truncated("chunk 0 (block)", offset: UInt64(body + 3)))
        flipped = whole
        flipped[20] ^= 1
        #expect(try error(flipped) == .damagedManifest(offset: 12))
    }

    @Test func manifestsAreDecodedToThemselvesOrRefusedByName() throws {
        let (manifest, _) = try Self.chain().store.snapshot()
        #expect(try SnapshotManifest(decoding: manifest.encoded) == manifest)
        func error(_ change: (inout SnapshotManifest) -> Void) -> SnapshotManifestError? {
            var changed = manifest
            change(&changed)
            do { _ = try SnapshotManifest(decoding: changed.encoded) } catch { return error }
            return nil
        }
        #expect(error { $0.chunks[0].byteCount = 0 } == .wrongChunkSize(chunk: 0))
        #expect(error { $0.chunks[2].byteCount = 1 << 20 + 1 } == .wrongChunkSize(chunk: 2))
        #expect(error { $0.chunks.swapAt(0, 2) } == .sectionsNotRising(chunk: 1))
        let section = manifest.encoded.count - 37
        var bytes = manifest.encoded
        bytes[section] = 9
        #expect(throws: SnapshotManifestError.unknownSection(9)) { try SnapshotManifest(decoding: bytes) }
        #expect(throws: SnapshotManifestError.malformed(.trailingBytes)) {
            try SnapshotManifest(decoding: manifest.encoded + [0])
        }
        #expect(throws: SnapshotManifestError.malformed(.truncated)) {
            try SnapshotManifest(decoding: Array(manifest.encoded.dropLast()))
        }
    }
}
