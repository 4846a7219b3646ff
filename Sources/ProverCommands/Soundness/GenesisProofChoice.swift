import CommandShell
import FoundationEssentials
import JSONRPC

/// What a genesis file says about its proofs. The rest of the file is the node's to check.
struct GenesisProofChoice {
    let profile: String
    /// log2 of the tallest instance of a plan.
    let maxInstanceLogHeight: Int
    /// The chain is a devnet: its proofs may be worth less.
    let isTest: Bool

    init(profile: String, maxInstanceLogHeight: Int, isTest: Bool) {
        self.profile = profile
        self.maxInstanceLogHeight = maxInstanceLogHeight
        self.isTest = isTest
    }

    init(path: String) throws(CommandFailure) {
        guard let file = try? Data(contentsOf: URL(filePath: path)) else {
            throw CommandFailure("cannot read the genesis file \(path)")
        }
        let value: JSONValue
        // A list of accounts has any length.
        var limits = JSONLimits()
        limits.values = .max
        do { value = try JSONParser.parse([UInt8](file), limits: limits) } catch {
            throw CommandFailure("\(path): \(error)")
        }
        guard let proving = value["proving"], let profile = proving["proofProfile"]?.string,
            let height = proving["maxInstanceLogHeight"]?.uint64.flatMap(Int.init(exactly:)),
            let isDevnet = value["isDevnet"]?.bool
        else {
            throw CommandFailure(
                "\(path): expected isDevnet, proving.proofProfile and proving.maxInstanceLogHeight (see Genesis/README.md)"
            )
        }
        self.init(profile: profile, maxInstanceLogHeight: height, isTest: isDevnet)
    }
}
