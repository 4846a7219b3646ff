import AccountTree
import ByteCodec
import ChainTypes
import Cryptography
import Replica
import SampleChain
import SeededRandom
import SystemState
import Testing

/// Random transactions of all kinds, good and bad, with provers that come and go.
@Suite("Random blocks")
struct RandomBlocksTests {
    private struct Traffic {
        var random: SplitMix64

        /// A transaction of a random user; most are good.
        mutating func transaction(_ node: SampleNode) throws -> VerifiedTransaction {
            let key = SampleGenesis.user(random.below(SampleGenesis.userCount))
            let address = key.address
            let (to, data) = call()
            let isTransfer = data.isEmpty
            let values: [UInt128] = [0, 1, 1_000_000, node.balance(address) / 3, 150 * Unit.cairn]
            let payable = isTransfer || random.below(3) == 0
            return try key.transaction(
                nonce: node.nonce(of: address) + (random.below(20) == 0 ? 1 : 0), to: to,
                value: payable ? values[random.below(values.count)] : 0, data: data,
                gasLimit: random.below(12) == 0 ? 21_000 : 200_000, tip: UInt128(random.below(5)) * Unit.gwei)
        }

        private mutating func someone() -> Address {
            switch random.below(4) {
            case 0: SampleGenesis.key("newcomer \(random.below(60))").address
            case 1: SampleGenesis.owner(random.below(4))
            case 2: SampleGenesis.recipient(random.below(4))
            default: SampleGenesis.user(random.below(SampleGenesis.userCount)).address
            }
        }

        private mutating func call() -> (to: Address, data: [UInt8]) {
            guard random.below(3) == 0 else { return (someone(), []) }
            let registry = SystemContract.proverRegistry.address
            let claims = SystemContract.claims.address
            func call(_ signature: String, _ arguments: [Address] = []) -> [UInt8] {
                var writer = ABIWriter()
                for argument in arguments { writer.append(argument) }
                return ABI.selector(signature) + writer.encoded
            }
            switch random.below(13) {
            case 0: return (registry, call("register(address,address)", [someone(), someone()]))
            case 1: return (registry, call("deposit(address)", [someone()]))
            case 2: return (registry, call("setOperator(address)", [someone()]))
            case 3: return (registry, call("setRecipient(address)", [someone()]))
            case 4: return (registry, call("pause()"))
            case 5: return (registry, call("resume()"))
            case 6: return (registry, call("leave()"))
            case 7: return (registry, call("withdraw()"))
            case 8: return (claims, call("claim()"))
            case 9: return (claims, call("claimFor(address)", [SampleGenesis.proposer]))
            case 10: return (claims, call("claimFor(address)", [someone()]))
            case 11: return (SystemContract.provingJobs.address, [1, 2, 3, 4])
            default: return (registry, [9])
            }
        }
    }

    @Test("supply is conserved, a second node executes alike, and the builder's block is valid", arguments: [1, 2, 3])
    func lawful(seed: UInt64) throws {
        var traffic = Traffic(random: SplitMix64(seed: seed))
        var node = try SampleNode(SampleGenesis.make())
        var team = ProverTeam([])
        var transactions = 0
        var failures = 0
        for block in 0..<120 {
            for _ in 0..<traffic.random.below(6) {
                if try node.submit(traffic.transaction(node)) == nil { transactions += 1 }
            }
            team.active = (0..<4).filter { _ in traffic.random.below(4) > 0 }
            // Whose turn it is not, and what else is refused, is no matter here.
            _ = try team.act(on: &node)
            // The second node is started on the disk of the first.
            let second = try block % 10 == 0 ? SampleNode(node.genesis, disk: node.disk, now: node.now) : node
            let committed = try node.produce()
            let proposed = ProposedBlock(block: committed.block, payloads: committed.payloads)
            #expect(try second.replica.rejection(of: proposed) == nil, "seed \(seed), block \(block)")
            #expect(node.isConserved, "seed \(seed), block \(block)")
            failures += committed.receipts.count { !$0.succeeded }
            #expect(committed.receipts.count == committed.transactions.count)
        }
        #expect(transactions > 200)
        #expect(failures > 10)
        #expect(node.system.provenHeight > 20)
        #expect(node.system.jobs.count > 5)
    }
}
