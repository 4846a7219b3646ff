import AccountTree
import ByteCodec
import ChainTypes
import NodeRuntime
import Replica
import Testing

/// The download of a snapshot from peers that serve, lie, or fall silent.
struct SnapshotDownloadTests {
    private static let first = Address(lowBytes: 1)
    private static let second = Address(lowBytes: 2)
    private static let third = Address(lowBytes: 3)

    /// A chain, its snapshot, and peers with an answer each to what they are asked.
    private struct Scene {
        let genesis: Genesis
        let manifest: SnapshotManifest
        let chunks: [[UInt8]]
        var download: SnapshotDownload
        var answers: [Address: (SnapshotMessage) -> SnapshotMessage?] = [:]
        var blamed: [Address: [SnapshotFault]] = [:]
        var asked: [Address: Int] = [:]
        var isComplete = false
        var now: UInt64 = 1_000

        init(trust: SnapshotTrust = .genesis) throws {
            let chain = try SnapshotTests.chain()
            (manifest, chunks) = try chain.store.snapshot()
            genesis = chain.genesis
            download = SnapshotDownload(genesis: genesis, trust: trust)
        }

        func honest(_ question: SnapshotMessage) -> SnapshotMessage? { Self.serve(question, manifest, chunks) }

        static func serve(
            _ question: SnapshotMessage, _ manifest: SnapshotManifest, _ chunks: [[UInt8]]
        ) -> SnapshotMessage? {
            switch question {
            case .manifestRequest(let block):
                return .manifest(block == nil || block == manifest.header.hash ? manifest : nil)
            case .chunkRequest(let block, let place): return .chunk(block, place, chunks[Int(place)])
            case .manifest, .chunk: return nil
            }
        }

        /// The same snapshot with other contents, whose digests are right.
        func forged(_ change: (inout SnapshotContents) -> Void) throws -> (SnapshotManifest, [[UInt8]]) {
            let good = try VerifiedSnapshot(manifest: manifest, chunks: chunks, genesis: genesis, trust: .genesis)
            var contents = good.contents
            change(&contents)
            let (cut, bytes) = contents.cut()
            var forged = manifest
            forged.chunks = cut
            return (forged, bytes)
        }

        mutating func connect(_ peers: Address...) {
            for peer in peers { carryOut(download.peerUp(peer, now: now)) }
        }

        mutating func pass(_ milliseconds: UInt64) {
            now += milliseconds
            carryOut(download.tick(now: now))
        }

        mutating func carryOut(_ effects: [SnapshotDownload.Effect]) {
            var rest = effects[...]
            while let effect = rest.popFirst() {
                switch effect {
                case .send(let question, let peer):
                    if case .chunkRequest = question { asked[peer, default: 0] += 1 }
                    guard let answer = answers[peer]?(question) else { continue }
                    rest += download.receive(answer, from: peer, now: now)
                case .penalise(let peer, let fault): blamed[peer, default: []].append(fault)
                case .complete: isComplete = true
                }
            }
        }

        var verified: VerifiedSnapshot? {
            guard isComplete, let manifest = download.manifest else { return nil }
            return try? VerifiedSnapshot(
                manifest: manifest, chunks: download.chunks, genesis: genesis, trust: .genesis)
        }
    }

    @Test func chunksComeFromSeveralPeersAndGiveTheState() throws {
        var scene = try Scene()
        let honest = scene.honest
        // Answers that wait until both are asked.
        var open: [(Address, SnapshotMessage)] = []
        scene.connect(Self.first, Self.second)
        for peer in [Self.first, Self.second] {
            scene.carryOut(scene.download.receive(.manifest(scene.manifest), from: peer, now: scene.now))
        }
        #expect(scene.download.manifest == nil, "others may have a better one")
        for case .send(let question, let peer) in scene.download.tick(now: scene.now + SnapshotDownload.choice) {
            open.append((peer, question))
        }
        #expect(Set(open.map(\.0)) == [Self.first, Self.second])
        #expect(scene.download.progress?.chunks == 0 && scene.download.progress?.sources == 2)
        while !open.isEmpty {
            let (peer, question) = open.removeFirst()
            guard let answer = honest(question) else { continue }
            for effect in scene.download.receive(answer, from: peer, now: scene.now) {
                switch effect {
                case .send(let question, let peer): open.append((peer, question))
                case .complete: scene.isComplete = true
                case .penalise(let peer, let fault): Issue.record("\(peer): \(fault)")
                }
            }
        }
        #expect(scene.verified?.manifest == scene.manifest)
        #expect(scene.download.progress?.bytes == scene.manifest.byteCount())
    }

    @Test func aPeerThatSendsOtherBytesThanItNamedIsBannedAndAnotherServes() throws {
        var scene = try Scene()
        let honest = scene.honest
        scene.answers[Self.first] = { question in
            guard case .chunkRequest(let block, let place) = question else { return honest(question) }
            return .chunk(block, place, [1, 2, 3])
        }
        scene.answers[Self.second] = honest
        scene.connect(Self.first, Self.second)
        scene.pass(2_500)
        #expect(scene.blamed == [Self.first: [.wrongChunk]])
        #expect(scene.verified != nil)
    }

    @Test func aChunkThatIsNotKeptAnyMoreIsAskedOfAnotherWithoutBlame() throws {
        var scene = try Scene()
        let honest = scene.honest
        scene.answers[Self.first] = { question in
            guard case .chunkRequest(let block, 2) = question else { return honest(question) }
            return .chunk(block, 2, [])
        }
        scene.connect(Self.first)
        scene.pass(2_500)
        #expect(!scene.isComplete)
        scene.answers[Self.second] = honest
        scene.connect(Self.second)
        for _ in 0..<8 where !scene.isComplete { scene.pass(1_000) }
        #expect(scene.blamed.isEmpty)
        #expect(scene.verified != nil)
        // What the first one had sent did not come again.
        #expect(scene.asked[Self.second, default: 0] < scene.manifest.chunks.count)
    }

    @Test func whoDoesNotAnswerIsPassedOver() throws {
        var scene = try Scene()
        let honest = scene.honest
        scene.answers[Self.first] = { question in
            if case .chunkRequest = question { nil } else { honest(question) }
        }
        scene.answers[Self.second] = honest
        scene.connect(Self.first, Self.second)
        scene.pass(2_500)
        #expect(!scene.isComplete)
        scene.pass(SnapshotDownload.patience)
        #expect(scene.blamed[Self.first]?.first == .stalled)
        #expect(scene.verified != nil)
    }

    @Test func aManifestOfMoreBytesThanItsStateHasIsRefusedBeforeAChunkIsAsked() throws {
        var scene = try Scene()
        var large = scene.manifest
        let place = try #require(large.chunks.firstIndex { $0.section == .accounts })
        large.chunks.insert(large.chunks[place], at: place)
        scene.answers[Self.first] = { [chunks = scene.chunks] in Scene.serve($0, large, chunks) }
        scene.connect(Self.first)
        #expect(scene.blamed == [Self.first: [.oversize]])
        var system = scene.manifest
        for _ in 0..<1_025 {
            system.chunks.append(
                SnapshotManifest.Chunk(
                    section: .operations, byteCount: UInt32(SnapshotManifest.maxChunkBytes), digest: .zero))
        }
        scene.answers[Self.second] = { [chunks = scene.chunks] in Scene.serve($0, system, chunks) }
        scene.connect(Self.second)
        #expect(scene.blamed[Self.second] == [.oversize])
        #expect(scene.asked.isEmpty && scene.download.manifest == nil)
    }

    /// Two peers name contents that are not the header's, with right digests; one is honest.
    @Test func wrongRootsAreTheFaultOfAllWhoNamedThemAndNobodyElses() throws {
        var scene = try Scene()
        let (forged, bytes) = try scene.forged { $0.accounts[3].balance += 1 }
        for peer in [Self.first, Self.second] { scene.answers[peer] = { Scene.serve($0, forged, bytes) } }
        scene.answers[Self.third] = scene.honest
        scene.connect(Self.first, Self.second, Self.third)
        scene.pass(2_500)
        #expect(scene.isComplete && scene.verified == nil)
        scene.isComplete = false
        scene.carryOut(scene.download.rejected(.wrongAccounts, now: scene.now))
        #expect(
            scene.blamed == [
                Self.first: [.wrongState(.wrongAccounts)], Self.second: [.wrongState(.wrongAccounts)],
            ])
        for _ in 0..<8 where !scene.isComplete { scene.pass(1_000) }
        #expect(scene.verified != nil)
        // It is not taken a second time, whoever brings it.
        let fourth = Address(lowBytes: 4)
        scene.connect(fourth)
        scene.carryOut(scene.download.receive(.manifest(forged), from: fourth, now: scene.now))
        #expect(scene.blamed[fourth]?.isEmpty == false)
    }

    @Test func aHeaderThatWasNotDecidedIsItsSendersFault() throws {
        var scene = try Scene()
        var forged = scene.manifest
        forged.header.systemRoot = .zero
        scene.answers[Self.first] = { [forged, chunks = scene.chunks] in Scene.serve($0, forged, chunks) }
        scene.connect(Self.first)
        guard case .invalidManifest(.certificate)? = scene.blamed[Self.first]?.first else {
            Issue.record("\(scene.blamed)")
            return
        }
        #expect(scene.download.manifest == nil)
    }

    @Test func answersToNothingAreFaults() throws {
        var scene = try Scene()
        scene.connect(Self.first)
        scene.carryOut(scene.download.receive(.chunk(.zero, 0, [1]), from: Self.first, now: scene.now))
        scene.carryOut(scene.download.receive(.manifest(nil), from: Self.first, now: scene.now))
        scene.carryOut(scene.download.receive(.manifest(nil), from: Self.first, now: scene.now))
        #expect(scene.blamed[Self.first] == [.unrequested, .unrequested])
    }

    @Test func onlyTheTrustedBlockIsAskedFor() throws {
        let hash = try Scene().manifest.header.hash
        var scene = try Scene(trust: .hash(hash))
        var questions: [SnapshotMessage] = []
        for case .send(let question, _) in scene.download.peerUp(Self.first, now: 0) { questions.append(question) }
        #expect(questions == [.manifestRequest(hash)])
    }

    @Test func messagesAreDecodedToThemselvesOrRefusedByName() throws {
        let scene = try Scene()
        let messages: [SnapshotMessage] = [
            .manifestRequest(nil), .manifestRequest(.zero), .manifest(nil), .manifest(scene.manifest),
            .chunkRequest(.zero, 7), .chunk(.zero, 7, []), .chunk(.zero, 7, scene.chunks[0]),
        ]
        for message in messages { #expect(try SnapshotMessage(decoding: message.encoded) == message) }
        func error(_ bytes: [UInt8]) -> SnapshotMessageRejection? {
            do throws(SnapshotMessageRejection) { _ = try SnapshotMessage(decoding: bytes) } catch { return error }
            return nil
        }
        #expect(error([]) == .empty)
        #expect(error([9]) == .unknownKind(9))
        #expect(error([1, 2]) == .malformed(.truncated))
        #expect(error([UInt8](repeating: 1, count: 34)) == .tooLarge(bytes: 34, limit: 33))
        #expect(error(SnapshotMessage.chunkRequest(.zero, 1).encoded.dropLast()) == .malformed(.truncated))
        let large = [4] + [UInt8](repeating: 0, count: 37 + SnapshotManifest.maxChunkBytes)
        #expect(error(large) == .tooLarge(bytes: large.count, limit: 37 + SnapshotManifest.maxChunkBytes))
        #expect(error([2, 1]) == .manifest(.malformed(.truncated)))
    }
}
