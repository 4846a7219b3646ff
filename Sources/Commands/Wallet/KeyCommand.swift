import ArgumentParser
import ByteCodec
import CommandShell
import Cryptography
import JSONRPC
import Replica

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Key files.", subcommands: [New.self, ShowAddress.self, ShowValidator.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Create a key file that only you can read.",
            discussion: """
                Example: cairn key new prover.key
                An existing file is never overwritten; the key is not printed. A key that you have already goes into a \
                file of its 64 hex digits, made under umask 077.
                """)

        @Argument(help: "The file to create.")
        var path: String

        @Flag(help: "Write JSON.")
        var json = false

        func run() throws {
            var generator = SystemRandomNumberGenerator()
            while true {
                let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
                // A chance of 2^-127 is no key.
                guard let key = try? SecretKey(secret) else { continue }
                try KeyFile.create(path, secret: secret)
                return ShowAddress.write(key, path: path, json: json)
            }
        }
    }

    struct ShowAddress: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "address", abstract: "The address of the key in a file.",
            discussion: "Example: cairn key address prover.key")

        @Argument(help: "The key file.")
        var path: String

        @Flag(help: "Write JSON.")
        var json = false

        func run() throws { Self.write(try KeyFile.key(path), path: path, json: json) }

        static func write(_ key: SecretKey, path: String, json: Bool) {
            let address = key.publicKey.address.checksummed
            if json {
                Console.current.json(["path": .string(path), "address": .string(address.lowercased())])
            } else {
                Console.current.line(address)
            }
        }
    }

    struct ShowValidator: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "validator", abstract: "What a genesis says of the validator whose key is in a file, as JSON.",
            discussion: """
                Example: cairn key validator validator.key
                Public keys only: they go under "validators" in the genesis file.
                """)

        @Argument(help: "The key file.")
        var path: String

        @Option(help: "Voting power.")
        var power: UInt64 = 1

        func run() throws {
            guard let keys = try? ValidatorKeys(seed: try KeyFile.secret(path)) else {
                throw CommandFailure("the key file \(path) does not hold a secp256k1 key")
            }
            Console.current.json([
                "address": .string("\(keys.address)"),
                "signingKey": .string("\(keys.signing.publicKey)"),
                "vrfKey": .string("\(keys.vrf.publicKey)"),
                "power": .integer(Int64(clamping: power)),
            ])
        }
    }
}
