import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import FoundationEssentials
import JSONRPC
import NodeRuntime
import Replica

struct NodeInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Prepare a data directory: genesis, node key, and a validator's key if wanted.",
        discussion: """
            Example: cairn node init --data-dir node --genesis genesis.json --validator
            Keys and a genesis that are there already are kept. The validator's entry for a genesis is printed by: \
            cairn key validator node/validator.key
            """)

    @Option(help: "The directory to prepare.")
    var dataDir: String

    @Option(help: "The genesis file of the chain.")
    var genesis: String

    @Flag(help: "Make a validator's key too.")
    var validator = false

    @Flag(help: "Write JSON.")
    var json = false

    static let genesisName = "genesis.json"
    static let validatorName = "validator.key"

    func run() throws {
        let bytes = try GenesisReading.read(genesis)
        let parsed = try GenesisReading.parse(genesis)
        let errors = parsed.validate().filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw CommandFailure("no chain can start from \(genesis): see cairn genesis check \(genesis)")
        }
        let lock = try DirectoryLock(dataDir)
        defer { lock.release() }
        let target = "\(dataDir)/\(Self.genesisName)"
        if FileManager.default.fileExists(atPath: target) {
            let present = try GenesisReading.parse(target)
            guard present.hash == parsed.hash else {
                throw CommandFailure("\(target) is of another chain (\(present.hash)): choose another --data-dir")
            }
        } else {
            do { try Data(bytes).write(to: URL(filePath: target), options: .atomic) } catch {
                throw CommandFailure("cannot write \(target)")
            }
        }
        let node = try NodeKey.open("\(dataDir)/\(NodeKey.fileName)").publicKey.address
        var keys: ValidatorKeys?
        if validator {
            let path = "\(dataDir)/\(Self.validatorName)"
            if !FileManager.default.fileExists(atPath: path) { _ = try NodeKey.create(path) }
            keys = try? ValidatorKeys(seed: try KeyFile.secret(path))
            guard keys != nil else { throw CommandFailure("the key file \(path) does not hold a secp256k1 key") }
        }
        tell(parsed, node: node, validator: keys?.address)
    }

    private func tell(_ genesis: Genesis, node: Address, validator: Address?) {
        let console = Console.current
        if json {
            return console.json([
                "dataDir": .string(dataDir), "chainId": JSONValue(genesis.chainId),
                "genesisHash": .string("\(genesis.hash)"), "node": .string("\(node)"),
                "validator": validator.map { .string("\($0)") } ?? .null,
            ])
        }
        var fields = FieldList()
        fields.add("chain", "\(genesis.chainId), genesis \(genesis.hash)")
        fields.add("node", "\(node)  (others reach it as \(node)@HOST:PORT)")
        if let validator { fields.add("validator", "\(validator)  (cairn key validator \(dataDir)/validator.key)") }
        let key = validator == nil ? "" : " --key-file \(dataDir)/\(Self.validatorName)"
        fields.add("start it", "cairn node --data-dir \(dataDir)\(key) --listen 0.0.0.0:30303 --peer 0x…@host:port")
        console.line(fields.text)
    }
}
