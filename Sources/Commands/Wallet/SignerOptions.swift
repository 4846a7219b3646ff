import ArgumentParser
import ByteCodec
import CommandShell
import Cryptography
import NodeRuntime

/// Whose key signs. Keys are read, never written anywhere.
struct SignerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: """
            Who signs: a key file, dev0 to dev9 on a devnet, or a private key in hex, which other users of this machine \
            can see while the command runs. (env: CAIRN_PRIVATE_KEY)
            """)
    var from: String?

    func signer() throws(CommandFailure) -> Signer {
        guard let text = from ?? Environment["CAIRN_PRIVATE_KEY"] else {
            throw .usage("--from is missing: a key file, dev0 to dev9, or a private key (env: CAIRN_PRIVATE_KEY)")
        }
        return try Signer(text)
    }
}

/// A key to sign with, and whether it is one that everybody knows.
struct Signer: Sendable {
    let key: SecretKey
    let isPublic: Bool

    var address: Address { key.publicKey.address }

    init(_ text: String) throws(CommandFailure) {
        if let index = AddressArgument.devnetIndex(text) {
            self.init(key: try AddressArgument.devnetKey(index), isPublic: true)
        } else if text.hasPrefix("dev"), Int(text.dropFirst(3)) != nil {
            throw .usage("--from: the devnet's accounts are dev0 to dev\(DevnetKeys.accountCount - 1)")
        } else if let (role, index) = Self.devnetRole(text) {
            do { self.init(key: try DevnetKeys.key(role, index), isPublic: true) } catch {
                throw CommandFailure("there is no devnet key of that name")
            }
        } else if let bytes = Hex.decode(text), bytes.count == 32 {
            do { self.init(key: try SecretKey(bytes), isPublic: false) } catch {
                throw .usage("--from: these 32 bytes are not a secp256k1 key")
            }
        } else if text.hasPrefix("0x") {
            // Not quoted: it may be a mistyped key.
            throw .usage("--from: a private key has 64 hex digits behind 0x")
        } else {
            self.init(key: try KeyFile.key(text), isPublic: false)
        }
    }

    init(key: SecretKey, isPublic: Bool) {
        self.key = key
        self.isPublic = isPublic
    }

    /// "owner2" is the owner of a devnet's third prover.
    private static func devnetRole(_ text: String) -> (DevnetKeys.Role, Int)? {
        guard text.hasPrefix("owner"), let index = Int(text.dropFirst(5)), index >= 0, text == "owner\(index)" else {
            return nil
        }
        return (.owner, index)
    }

    /// Keys that everybody knows sign on a devnet only.
    func checkMaySign(on node: RemoteNode) async throws(CommandFailure) {
        guard isPublic else { return }
        guard try await node.call("cairn_status")["isDevnet"].flag() else {
            throw CommandFailure(
                "the devnet keys are public: this chain is no devnet, whoever uses them here loses money")
        }
    }
}
