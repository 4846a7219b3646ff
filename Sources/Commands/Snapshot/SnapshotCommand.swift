import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import FoundationEssentials
import JSONRPC
import NodeRuntime
import Replica

struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "State snapshots: start a node without the blocks before it.",
        subcommands: [Create.self, Restore.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Write the state after a stopped node's last block into a file.",
            discussion: """
                Example: cairn snapshot create --data-dir node --out block-81200.snapshot
                The file holds accounts, system state, validators, the block with its certificate, and what the proofs \
                of unproven blocks need. It does not hold proof payloads, earlier blocks or keys.
                """)

        @Option(help: "The node's data directory; the node must not run.")
        var dataDir: String

        @Option(help: "The file to create.")
        var out: String

        @Option(help: "Fail unless this is the height of the last block.")
        var height: UInt64?

        @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
        var json = false

        func run() throws {
            guard FileManager.default.fileExists(atPath: dataDir + "/chain") else {
                throw CommandFailure("there is no chain in \(dataDir)")
            }
            let lock = try DirectoryLock(dataDir)
            defer { lock.release() }
            let console = Console.current
            let (manifest, chunks) = try SnapshotCommand.translated {
                console.progress("reading and checking the state")
                let chain = try ChainStore.openExisting(path: dataDir + "/chain")
                defer { chain.close() }
                return try chain.snapshot(at: height)
            }
            try SnapshotCommand.translated {
                try SnapshotFile.write(manifest, chunks: chunks, to: out) { done, of in
                    console.progress("writing chunk \(done) of \(of)")
                }
            }
            console.endProgress()
            SnapshotCommand.report(manifest, path: out, verb: "created", json: json)
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Begin a data directory with the state in a snapshot.",
            discussion: """
                Example: cairn snapshot restore block-81200.snapshot --genesis genesis.json --data-dir node \
                --trusted-hash 0x5b1c…
                Every root is computed anew. The block's hash is believed when it is the trusted one, or, without \
                --trusted-hash, when the validators of the genesis still are the ones that certified it. A validator's \
                sign state in the directory stays: it must never be lost. A validator without one keeps silent when it \
                starts, until a block is committed that is younger than its process.
                """)

        @Argument(help: "The snapshot file.")
        var path: String

        @Option(help: "The genesis file of the chain.")
        var genesis: String

        @Option(help: "The directory, which must not hold a chain.")
        var dataDir: String

        @Option(help: "The hash of the snapshot's block, from a source that you trust.")
        var trustedHash: String?

        @Flag(help: "Write JSON; errors go to standard error as a JSON object.")
        var json = false

        func run() throws {
            let genesis = try GenesisReading.parse(genesis)
            let trust = try SnapshotCommand.trust(trustedHash)
            try refuseUsed()
            let lock = try DirectoryLock(dataDir)
            defer { lock.release() }
            let console = Console.current
            let (manifest, chunks) = try SnapshotCommand.translated {
                try SnapshotFile.read(path) { done, of in console.progress("reading chunk \(done) of \(of)") }
            }
            console.progress("computing the roots of block \(manifest.header.height)")
            let verified: VerifiedSnapshot
            do {
                verified = try VerifiedSnapshot(manifest: manifest, chunks: chunks, genesis: genesis, trust: trust)
            } catch {
                throw CommandFailure("\(path): \(SnapshotCommand.explain(error))")
            }
            try SnapshotCommand.begin(dataDir, with: verified, genesis: genesis)
            console.endProgress()
            SnapshotCommand.report(manifest, path: dataDir, verb: "restored", json: json)
        }

        /// Only a validator's sign state may be there, and the directory's own lock.
        private func refuseUsed() throws(CommandFailure) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: dataDir)) ?? []
            let other = names.sorted().first { name in
                name != "lock" && name != "chain.partial" && !(name.hasPrefix("chain-sign-") && name.hasSuffix(".log"))
            }
            if let other { throw CommandFailure("\(dataDir) is not empty: it holds \(other); use another directory") }
        }
    }

    /// On what grounds a snapshot's block is believed.
    static func trust(_ trustedHash: String?) throws(CommandFailure) -> SnapshotTrust {
        guard let trustedHash else { return .genesis }
        guard let bytes = Hex.decode(trustedHash), let hash = Bytes32(bytes) else {
            throw .usage("--trusted-hash: a block hash has 64 hex digits behind 0x")
        }
        return .hash(hash)
    }

    /// Begins the chain of a data directory. Moved to its name when it is whole: what was interrupted is never taken for
    /// a chain.
    static func begin(
        _ dataDir: String, with snapshot: VerifiedSnapshot, genesis: Genesis
    ) throws(CommandFailure) {
        let partial = dataDir + "/chain.partial"
        try? FileManager.default.removeItem(atPath: partial)
        try translated { try ChainStore.restore(snapshot, genesis: genesis, path: partial) }
        do { try FileManager.default.moveItem(atPath: partial, toPath: dataDir + "/chain") } catch {
            throw CommandFailure("cannot move \(partial) to its place")
        }
    }

    static func explain(_ rejection: SnapshotRejection) -> String {
        switch rejection {
        case .otherGenesis(let have, let want):
            "it is of another chain: its genesis is \(have), that of the genesis file is \(want)"
        case .wrongHash(let have, let want): "its block is \(have), and not the trusted \(want)"
        case .unknownValidators:
            "the validators that certified it are not those of the genesis: give the hash of its block with "
                + "--trusted-hash, from a source that you trust"
        default: "it was changed, or made by a faulty program: \(rejection)"
        }
    }

    fileprivate static func translated<T>(_ body: () throws -> T) throws(CommandFailure) -> T {
        do { return try body() } catch let error as CommandFailure {
            throw error
        } catch let error as SnapshotFileError {
            if case .fault(let fault) = error { throw CommandFailure(.storageFault, fault.message) }
            throw CommandFailure("\(error)")
        } catch let error as SnapshotError {
            if case .fault(let fault) = error { throw CommandFailure(.storageFault, fault.message) }
            throw CommandFailure("\(error)")
        } catch let error as ChainStoreError {
            if case .fault(let fault) = error { throw CommandFailure(.storageFault, fault.message) }
            throw CommandFailure("\(error)")
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    fileprivate static func report(_ manifest: SnapshotManifest, path: String, verb: String, json: Bool) {
        let bytes = manifest.chunks.reduce(UInt64(0)) { $0 + UInt64($1.byteCount) }
        let console = Console.current
        if json {
            return console.json([
                "path": .string(path), "height": JSONValue(manifest.header.height),
                "blockHash": .string("\(manifest.header.hash)"), "snapshot": .string("\(manifest.hash)"),
                "chunks": .integer(Int64(manifest.chunks.count)), "bytes": JSONValue(bytes),
                "accounts": JSONValue(manifest.header.accountCount),
            ])
        }
        var fields = FieldList()
        fields.add(verb, path)
        fields.add("block", "\(manifest.header.height) \(manifest.header.hash)")
        fields.add("accounts", "\(manifest.header.accountCount)")
        fields.add("size", "\(bytes) bytes in \(Rendering.count(manifest.chunks.count, "chunk"))")
        fields.add("snapshot", "\(manifest.hash)")
        console.line(fields.text)
    }
}
