import ByteCodec
import ChainTypes
import Foundation
import NodeRuntime

/// The devnet's genesis, with room for large blocks and without provers.
enum BenchGenesis {
    /// Read from the working directory, which `make bench` sets to the repository's root.
    static let path = "Genesis/devnet.json"

    static func make(accounts: [Address], validators: Int = 1) throws -> Genesis {
        guard let file = FileManager.default.contents(atPath: path) else { throw BenchError.noGenesis(path) }
        let template = try GenesisFile.parseTemplate([UInt8](file))
        var genesis = try DevnetGenesis.make(
            template: template, validators: validators, provers: 0, blockIntervalMilliseconds: 1,
            timestamp: 1_700_000_000_000
        ).genesis
        genesis.accounts = accounts.map { Account(address: $0, balance: 1_000_000 * Unit.cairn) }
        genesis.chain.gasLimit = 1_000_000_000
        genesis.chain.maxOperationsPerBlock = 65_000
        genesis.proving.maxOperationsPerJob = 65_000
        genesis.proving.subBlockOperations = 8_192
        genesis.proving.maxSubBlocks = 8
        return genesis
    }
}

enum BenchError: Error, CustomStringConvertible {
    case noGenesis(String)

    var description: String {
        switch self {
        case .noGenesis(let path): "there is no \(path) here: run this from the repository's root"
        }
    }
}
