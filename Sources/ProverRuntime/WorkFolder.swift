package import ByteCodec
package import ChainTypes
import FoundationEssentials

/// Finished payloads on disk, so that a killed sidecar sends again what it had proven and does not prove it twice.
package struct WorkFolder: Sendable {
    package let path: String

    /// Creates the folder. Throws what the file system says.
    package init(path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private func file(_ job: Bytes32, _ phase: ProvingPhase) -> String {
        "\(path)/\(Hex.encode(job.bytes, prefix: false))-\(phase.rawValue).payload"
    }

    /// The payload that was finished for the phase; nil when there is none.
    package func load(_ job: Bytes32, _ phase: ProvingPhase) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: file(job, phase)), !data.isEmpty else { return nil }
        return [UInt8](data)
    }

    /// Written beside its place and renamed, so that a file is whole or absent.
    package func save(_ payload: [UInt8], _ job: Bytes32, _ phase: ProvingPhase) throws {
        try Data(payload).write(to: URL(filePath: file(job, phase)), options: .atomic)
    }

    /// Removes a payload that is of no use.
    package func remove(_ job: Bytes32, _ phase: ProvingPhase) {
        try? FileManager.default.removeItem(atPath: file(job, phase))
    }

    /// Removes the payloads of all jobs but these.
    package func keepOnly(_ jobs: Set<Bytes32>) {
        let names = Set(jobs.map { Hex.encode($0.bytes, prefix: false) })
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        where name.hasSuffix(".payload") && !names.contains(String(name.prefix(64))) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
    }
}
