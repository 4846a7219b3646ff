import ArgumentParser
import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import Glibc
import JSONRPC
import Logging
import NodeRuntime
import SeededRandom

struct TrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traffic", abstract: "Send transfers between a devnet's accounts, some to new addresses.",
        discussion: "Example: cairn traffic --rate 10 --seed 7\nRuns until it is told to end.")

    @Option(help: "The node's JSON-RPC address. (env: CAIRN_RPC; default: \(NodeOptions.defaultURL))")
    var rpc: String?

    @Option(help: "Transfers per second.")
    var rate = 2.0

    @Option(help: "The same seed gives the same transfers; random when not given.")
    var seed: UInt64?

    @Flag(help: .hidden)
    var withParent = false

    @OptionGroup var logging: LogOptions

    func run() async throws {
        guard rate > 0, rate <= 1000 else { throw CommandFailure.usage("--rate: expected above 0 and at most 1000") }
        let log = try logging.logger("traffic")
        let node = try RemoteNode(url: rpc ?? Environment["CAIRN_RPC"] ?? NodeOptions.defaultURL)
        let source = TransferSource(seed: seed ?? .random(in: 0 ... .max))
        let (rate, withParent) = (rate, withParent)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = await Signals.firstTermination(withParent: withParent)
                return true
            }
            group.addTask {
                guard try await node.call("cairn_status")["isDevnet"].flag() else {
                    throw CommandFailure("this chain is no devnet: traffic is sent with public keys")
                }
                log.info("\(rate) transfers per second, seed \(source.seed)")
                var (traffic, source) = (try await Traffic(node: node, log: log), source)
                await traffic.run(&source, rate: rate)
                return false
            }
            // A call that is under way is not waited for: nothing is lost with it.
            if try await group.next() == true { _exit(ExitStatus.success.rawValue) }
            group.cancelAll()
        }
    }
}

/// An endless list of transfers that follows from a seed.
struct TransferSource: Sendable {
    struct Transfer: Hashable, Sendable {
        /// Index of a devnet account.
        let from: Int
        let to: Address
        let value: UInt128
    }

    let seed: UInt64
    private var random: SplitMix64

    init(seed: UInt64) {
        self.seed = seed
        random = SplitMix64(seed: seed)
    }

    /// Three of four go to another funded account, the others to an address that nobody used; 0.001 to 1 CAIRN.
    mutating func next() throws(CommandFailure) -> Transfer {
        let count = UInt64(DevnetKeys.accountCount)
        let from = random.next() % count
        let kind = random.next()
        let value = UInt128(1 + random.next() % 1000) * (Unit.cairn / 1000)
        let to: Address
        if kind.isMultiple(of: 4) {
            var writer = ByteWriter()
            writer.raw(Array("cairn/devnet/receiver".utf8))
            writer.u64(random.next())
            to = Address(lowBytesOf: Keccak256.hash(writer.bytes))
        } else {
            let index = Int((from + 1 + kind / 4 % (count - 1)) % count)
            to = try AddressArgument.devnetKey(index).publicKey.address
        }
        return Transfer(from: Int(from), to: to, value: value)
    }
}

/// Sends transfers at a rate, and goes on when the node is slow, full or away.
struct Traffic: Sendable {
    private let node: RemoteNode
    private let log: Logger
    private let chainId: UInt64
    private let gasLimit: UInt64
    /// The next nonce of each account, as far as it is known.
    private var nonces: [Int: UInt64] = [:]
    private var sent = 0
    private var complaint = ""

    init(node: RemoteNode, log: Logger) async throws(CommandFailure) {
        self.node = node
        self.log = log
        chainId = try await node.call("eth_chainId").count()
        let gas = try await node.call("cairn_genesis")["chain"]["gas"]
        gasLimit = try gas["transfer"].count() + gas["accountCreation"].count()
    }

    mutating func run(_ source: inout TransferSource, rate: Double) async {
        let clock = ContinuousClock()
        let pause = Duration.seconds(1 / rate)
        var due = clock.now
        while !Task.isCancelled {
            do {
                try await send(try source.next())
                sent += 1
                if sent.isMultiple(of: 100) { log.info("\(sent) transfers sent") }
                complaint = ""
            } catch {
                // The pool's view of the nonces is asked for again.
                nonces = [:]
                if "\(error)" != complaint { log.warning("\(error)") }
                complaint = "\(error)"
            }
            due = max(due + pause, clock.now - .seconds(1))
            try? await Task.sleep(until: due, clock: clock)
        }
    }

    private mutating func send(_ transfer: TransferSource.Transfer) async throws(CommandFailure) {
        let key = try AddressArgument.devnetKey(transfer.from)
        let nonce: UInt64
        if let known = nonces[transfer.from] {
            nonce = known
        } else {
            let address = key.publicKey.address
            nonce = try await node.call("eth_getTransactionCount", [.string("\(address)"), "pending"]).count()
        }
        let fees = try await FeeOffer(node)
        let transaction = OrdinaryTransaction(
            kind: .dynamicFee, chainId: chainId, nonce: nonce, maxPriorityFeePerGas: fees.tip,
            maxFeePerGas: fees.limit, gasLimit: gasLimit, to: transfer.to, value: transfer.value)
        _ = try await TransactionSender.submit(transaction, key: key, node)
        nonces[transfer.from] = nonce + 1
    }
}
