import AccountTree
import ByteCodec
import ChainTypes
import Cryptography
import Execution
import ProofField
import ProvingRules
import SampleChain
import SeededRandom
import SystemState
import Testing

@Suite("Blocks that are split")
struct SubBlockExecutionTests {
    /// Transfers of random users, some of them to new addresses.
    private func transactions(
        _ scenario: ExecutionScenario, count: Int, random: inout SplitMix64
    ) throws -> [VerifiedTransaction] {
        var nonces: [Int: UInt64] = [:]
        return try (0..<count).map { place in
            let user = random.below(SampleGenesis.userCount)
            let nonce = try nonces[user] ?? scenario.account(scenario.address(user)).nonce
            nonces[user] = nonce + 1
            let to =
                random.below(4) == 0
                ? SampleGenesis.key("newcomer \(place) \(random.below(1_000))").address
                : scenario.address(random.below(SampleGenesis.userCount))
            return try SampleGenesis.user(user).transaction(nonce: nonce, to: to, value: UInt128(random.below(3)))
        }
    }

    @Test("roots chain, every operation is in one part, and supply is conserved", arguments: UInt64(0)..<20)
    func randomSplits(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let partSize = 1 << random.below(5)
        var scenario = try ExecutionScenario {
            $0.proving.subBlockOperations = UInt32(partSize)
            $0.proving.maxSubBlocks = 256
            $0.chain.maxOperationsPerBlock = 128
            $0.proving.minSelected = UInt32(1 + random.below(2))
        }
        for _ in 0..<4 {
            let before = scenario.accounts
            // `block` checks that no money was made or lost.
            let (results, block) = try scenario.block(
                transactions(scenario, count: random.below(40), random: &random))
            #expect(results.allSatisfy { (try? $0.get()) != nil })
            guard !block.operations.isEmpty else { continue }
            let row = try #require(block.state.unproven[block.state.height])
            guard let split = row.split else { continue }
            #expect(split.parts.count >= 2)
            #expect(split.parts.reduce(0) { $0 + Int($1.operationCount) } == block.operations.count)
            let size = Int(split.parts[0].operationCount)
            #expect(size.nonzeroBitCount == 1 && size >= partSize)
            var accounts = before.accounts
            var next = 0
            for (index, part) in split.parts.enumerated() {
                let range = split.operations(of: index)
                #expect(Int(range.lowerBound) == next && range.count == Int(part.operationCount))
                #expect(index == split.parts.count - 1 ? range.count <= size : range.count == size)
                for operation in block.operations[next..<next + range.count] {
                    let leaf = Int(operation.index)
                    if operation.creates {
                        accounts.append(try operation.applied(to: nil))
                    } else {
                        accounts[leaf] = try operation.applied(to: accounts[leaf])
                    }
                }
                next += range.count
                #expect(part.after == AccountTree(accounts: accounts).root)
            }
            #expect(split.parts.last?.after == block.accountsRoot)
            #expect(split.operationsRoot == block.operationsRoot && split.operationsDigest == block.operationsDigest)
        }
    }

    @Test("exceedsProvingPlan: before a part's job could pass its limits, and no sooner")
    func plan() throws {
        var scenario = try ExecutionScenario { $0.proving.subBlockOperations = 4 }
        // Leaves 0 to 7 hang under one node: 29 nodes for the first, at most 4 more for each other.
        scenario.preparer.maxTouchedNodes = 60
        let transfers = try (0..<4).map { user in
            try SampleGenesis.user(user).transaction(nonce: 0, to: scenario.address(user + 1), value: 1)
        }
        // Two more accounts could take 58 nodes: they fit into an empty part, not beside the 30 of two neighbours.
        let (results, block) = try scenario.block(transfers)
        #expect((try? results[0].get()) != nil)
        for result in results.dropFirst() {
            guard case .failure(.exceedsProvingPlan) = result else {
                Issue.record("\(result)")
                continue
            }
        }
        #expect(block.operations.count == 2)
    }

    @Test("a full part makes room: the next operations are another job's")
    func nextPart() throws {
        var scenario = try ExecutionScenario {
            $0.proving.subBlockOperations = 2
            // No job holds more, so the few provers make no larger parts.
            $0.proving.maxOperationsPerJob = 2
        }
        scenario.preparer.maxTouchedNodes = 60
        let transfers = try (0..<4).map { user in
            try SampleGenesis.user(user).transaction(nonce: 0, to: scenario.address(user + 1), value: 1)
        }
        let (results, block) = try scenario.block(transfers)
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        #expect(block.state.unproven[1]?.split?.parts.map(\.operationCount) == [2, 2, 2, 2])
    }
}

@Suite("Gas pays for proving")
struct ProvingWeightTests {
    /// Committed cells over 1,024 of the rows that the operations use.
    private func weight(_ operations: [AccountOperation]) -> UInt64 {
        let touched = TouchedNodes(leaves: operations.map(\.index))
        let tree = 2 * touched.count + OperationsTree.nodeCount(count: operations.count)
        let cells =
            UInt64(tree) * OperationWeight.treeHashColumns
            + UInt64(operations.count + touched.leaves.count) * OperationWeight.accountsColumns
        return (cells + 1_023) / 1_024
    }

    private func pays(_ block: ExecutedBlock, _ price: UInt64) -> Bool {
        let worst = UInt64(block.operations.count) * OperationWeight.ofOperation
        return weight(block.operations) <= worst && block.gasUsed >= worst * price
    }

    @Test("every kind of transaction covers the weight of its operations, failed ones too")
    func kinds() throws {
        let registry = SystemContract.proverRegistry.address
        let calls: [(to: Address, value: UInt128, data: [UInt8], gasLimit: UInt64)] = [
            (SampleGenesis.user(1).address, 5, [], 21_000), (SampleGenesis.user(0).address, 5, [], 21_000),
            (SampleGenesis.user(1).address, 0, [], 21_000), (SampleGenesis.key("new").address, 5, [], 100_000),
            (SampleGenesis.key("other").address, 5, [], 21_000),
            (registry, 0, callData("pause()"), 100_000), (registry, 0, [9], 100_000),
            (
                registry, 150 * Unit.cairn,
                callData("register(address,address)", SampleGenesis.key("k").address, SampleGenesis.key("r").address),
                200_000
            ), (SystemContract.claims.address, 0, callData("claimFor(address)", SampleGenesis.proposer), 200_000),
        ]
        var scenario = try ExecutionScenario()
        let price = scenario.state.genesis.chain.gas.provingWeight
        var failures = 0
        for call in calls {
            let nonce = try scenario.account(scenario.address(0)).nonce
            let (receipt, block) = try scenario.run(
                SampleGenesis.user(0).transaction(
                    nonce: nonce, to: call.to, value: call.value, data: call.data, gasLimit: call.gasLimit))
            failures += receipt.succeeded ? 0 : 1
            #expect(!block.operations.isEmpty && block.operations.count <= OperationWeight.operationsOfTransaction)
            #expect(pays(block, price), "\(call.data)")
        }
        #expect(failures == 3)
    }

    @Test("a block of nothing but creations is cheap to execute, dear to prove, and pays for it")
    func creations() throws {
        var scenario = try ExecutionScenario()
        let price = scenario.state.genesis.chain.gas.provingWeight
        let transfers = try (0..<24).map { place in
            try SampleGenesis.user(place % 8).transaction(
                nonce: UInt64(place / 8), to: SampleGenesis.key("created \(place)").address, value: 1,
                gasLimit: 46_000)
        }
        let (results, block) = try scenario.block(transfers)
        #expect(results.allSatisfy { (try? $0.get())?.succeeded == true })
        #expect(block.operations.count == 48 && block.operations.count(where: \.creates) == 24)
        #expect(block.gasUsed == 24 * 46_000)
        #expect(pays(block, price))
    }
}
