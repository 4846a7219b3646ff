import ByteCodec
import ChainTypes
import CommandShell
import FoundationEssentials
import Glibc
import NodeRuntime

/// The files of a devnet: genesis, keys, chain, finished proofs, logs.
struct DevnetDirectory: Sendable {
    let path: String

    var genesis: String { "\(path)/genesis.json" }
    func node(_ index: Int) -> String { "\(path)/node-\(index)" }
    func nodeKey(_ index: Int) -> String { "\(path)/node-\(index).key" }
    func validatorKey(_ index: Int) -> String { "\(path)/validator-\(index).key" }
    func proverKey(_ index: Int) -> String { "\(path)/prover-\(index).key" }
    func prover(_ index: Int) -> String { "\(path)/prover-\(index)" }
    func log(_ name: String) -> String { "\(path)/\(name).log" }

    /// Whether a chain is here to go on with.
    var hasChain: Bool { FileManager.default.fileExists(atPath: genesis) }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0 != "lock" }
    }

    /// Refuses a directory with other things in it than a devnet.
    func checkIsOurs() throws(CommandFailure) {
        guard names.isEmpty || hasChain || names.contains("validator-0.key") else {
            throw CommandFailure("\(path) holds no devnet: choose another --data-dir")
        }
    }

    /// Refuses a chain whose keys are not here, as one of an earlier release.
    func checkKeys(validators: Int) throws(CommandFailure) {
        for index in 0..<validators where !names.contains("validator-\(index).key") {
            throw CommandFailure(
                "\(validatorKey(index)) is missing: the chain in \(path) cannot go on; use --reset to start anew")
        }
    }

    /// Deletes the devnet that is here, and nothing else.
    func reset() throws(CommandFailure) {
        let manager = FileManager.default
        for name in names {
            let isOurs =
                ["genesis.json", "node", "validator.key"].contains(name)
                || ["node-", "validator-", "prover-"].contains(where: name.hasPrefix) || name.hasSuffix(".log")
            guard isOurs else { continue }
            do { try manager.removeItem(atPath: "\(path)/\(name)") } catch {
                throw CommandFailure("cannot delete \(path)/\(name)")
            }
        }
    }

    /// Writes genesis and keys of a new devnet; the genesis last, since it says that the rest is there.
    func create(validators: Int, provers: Int, blockMilliseconds: UInt64?) throws(CommandFailure) -> Genesis {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = UInt64(max(0, now.tv_sec)) * 1000 + UInt64(max(0, now.tv_nsec)) / 1_000_000
        let devnet: DevnetGenesis
        do {
            let template = try GenesisFile.parseTemplate(PackageResources.devnet_json)
            devnet = try DevnetGenesis.make(
                template: template, validators: validators, provers: provers,
                blockIntervalMilliseconds: blockMilliseconds, timestamp: milliseconds)
        } catch {
            throw CommandFailure("the devnet's genesis cannot be made: \(error)")
        }
        let errors = devnet.genesis.validate().filter { $0.severity == .error }
        guard errors.isEmpty else {
            let list = errors.map { "\($0): \($0.explanation)" }.joined(separator: "; ")
            throw CommandFailure("no devnet can start with these options: \(list)")
        }
        try writeKeys(validators: validators, provers: provers)
        do {
            try Data(GenesisFile.write(devnet.genesis).utf8).write(to: URL(filePath: genesis), options: .atomic)
        } catch {
            throw CommandFailure("cannot write \(genesis)")
        }
        return devnet.genesis
    }

    private func writeKeys(validators: Int, provers: Int) throws(CommandFailure) {
        var files: [(String, [UInt8])] = []
        for index in 0..<validators {
            files.append((validatorKey(index), DevnetKeys.seed(.validator, index)))
            files.append((nodeKey(index), DevnetKeys.seed(.node, index)))
        }
        for index in 0..<provers { files.append((proverKey(index), DevnetKeys.seed(.operator, index))) }
        for (file, seed) in files {
            // Left over from a start that did not get as far as the genesis.
            unsafe unlink(file)
            try KeyFile.create(file, secret: seed)
        }
    }

    /// The last thing that a process said before it ended.
    func lastWords(_ logPath: String) -> String {
        guard let data = FileManager.default.contents(atPath: logPath) else { return "it wrote no log" }
        let lines = String(decoding: data.suffix(8192), as: UTF8.self).split(separator: "\n")
        let line = lines.last { $0.hasPrefix("error:") || $0.hasPrefix("Fatal error") } ?? lines.last
        guard let line else { return "it wrote nothing" }
        return String(line.hasPrefix("error: ") ? line.dropFirst("error: ".count) : line)
    }
}
