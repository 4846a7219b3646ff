import ByteCodec
import ChainTypes
import Cryptography
import Execution
import ProvingRules
import SampleChain
import SystemState
import Testing

/// The account operations of each kind of transaction, in order: what the block's proof is about.
@Suite("Operations by kind of transaction")
struct OperationsTests {
    private typealias Scenario = ExecutionScenario
    private let newcomer = SampleGenesis.key("newcomer").address
    private let registry = SystemContract.proverRegistry.address
    private let claims = SystemContract.claims.address

    private func fee(_ gas: UInt64) -> UInt128 { UInt128(gas) * Scenario.price }

    @Test("transfer: the sender pays value and fee, the recipient gets the value")
    func transfer() throws {
        var scenario = try Scenario()
        let (receipt, block) = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: scenario.address(1), value: 77))
        #expect(block.operations == [.pays(0, fee(21_000) + 77), .gets(1, 77)])
        #expect(receipt.succeeded && receipt.failure == nil && receipt.logs.isEmpty)
        #expect(receipt.gasUsed == 21_000)
        #expect(receipt.effectiveGasPrice == Scenario.price)
        #expect(try scenario.account(scenario.address(0)).nonce == 1)
        #expect(try scenario.account(scenario.address(1)).nonce == 0)
    }

    @Test("the base fee is burned and the tip is the proposer's claim")
    func feeParts() throws {
        var scenario = try Scenario()
        try scenario.block(
            [SampleGenesis.user(0).transaction(nonce: 0, to: scenario.address(1), value: 1, tip: 7, maxFee: 40)],
            baseFee: 30)
        #expect(scenario.state.supply.burned == 21_000 * 30)
        #expect(scenario.state.claimable[Scenario.proposer] == UInt128(147_000))
        try scenario.block(
            [SampleGenesis.user(0).transaction(nonce: 1, to: scenario.address(1), value: 1, tip: 7, maxFee: 33)],
            baseFee: 30)
        #expect(scenario.state.supply.burned == 2 * 21_000 * 30)
        #expect(scenario.state.claimable[Scenario.proposer] == UInt128(210_000))
    }

    @Test("self-transfer: the sender's leaf twice")
    func selfTransfer() throws {
        var scenario = try Scenario()
        let (_, block) = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: scenario.address(0), value: 5))
        #expect(block.operations == [.pays(0, fee(21_000) + 5), .gets(0, 5)])
        #expect(try scenario.account(scenario.address(0)).balance == SampleGenesis.balance - fee(21_000))
        #expect(block.accounts.count == 1)
    }

    @Test("zero transfer: the fee alone, and no account is created for nothing")
    func zeroTransfer() throws {
        var scenario = try Scenario()
        let (receipt, block) = try scenario.run(SampleGenesis.user(0).transaction(nonce: 0, to: newcomer))
        #expect(block.operations == [.pays(0, fee(21_000))])
        #expect(receipt.succeeded)
        #expect(scenario.accounts.account(at: newcomer) == nil)
    }

    @Test("creation: 25,000 gas more, and the new leaf is the next one")
    func creation() throws {
        var scenario = try Scenario()
        let (receipt, block) = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: newcomer, value: 9, gasLimit: 46_000))
        #expect(receipt.gasUsed == 46_000)
        #expect(block.operations == [.pays(0, fee(46_000) + 9), .creates(newcomer, at: 8, 9)])
        #expect(block.accountCount == 9)
        let again = try scenario.run(SampleGenesis.user(0).transaction(nonce: 1, to: newcomer, value: 1))
        #expect(again.receipt.gasUsed == 21_000)
        #expect(again.block.accountCount == 9)
    }

    @Test("out of gas on creation: the whole limit is charged, the value stays")
    func outOfGas() throws {
        var scenario = try Scenario()
        let (receipt, block) = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: newcomer, value: 9, gasLimit: 45_999))
        #expect(!receipt.succeeded)
        #expect(receipt.failure?.hasPrefix("out of gas") == true)
        #expect(receipt.gasUsed == 45_999)
        #expect(block.operations == [.pays(0, fee(45_999))])
        #expect(scenario.accounts.account(at: newcomer) == nil)
    }

    @Test("calldata and access lists cost gas and do nothing")
    func calldata() throws {
        var scenario = try Scenario()
        let transaction = try OrdinaryTransaction(
            kind: .accessList, chainId: SampleGenesis.chainId, nonce: 0, maxPriorityFeePerGas: 3 * Unit.gwei,
            maxFeePerGas: 3 * Unit.gwei, gasLimit: 100_000, to: scenario.address(1), value: 1, data: [0, 1, 2],
            accessList: [AccessListEntry(address: .zero, storageKeys: [.zero])]
        ).sign(with: SampleGenesis.user(0))
        let (receipt, block) = try scenario.run(transaction)
        let gas: UInt64 = 21_000 + 4 + 2 * 16 + 2_400 + 1_900
        #expect(receipt.gasUsed == gas)
        #expect(receipt.kind == .accessList)
        #expect(receipt.effectiveGasPrice == 3 * Unit.gwei)
        #expect(block.operations == [.pays(0, UInt128(gas) * 3 * Unit.gwei + 1), .gets(1, 1)])
    }

    @Test("register and deposit: the stake leaves the account together with the fee")
    func stake() throws {
        var scenario = try Scenario()
        let stake = ProvingParameters.small.minimumStake
        let data = callData("register(address,address)", newcomer, scenario.address(2))
        let gas = try #require(self.gas(data))
        let (receipt, block) = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: registry, value: stake, data: data))
        #expect(receipt.succeeded)
        #expect(receipt.gasUsed == gas)
        #expect(block.operations == [.pays(0, fee(gas) + stake)])
        let prover = try #require(scenario.state.provers[scenario.address(0)])
        #expect(prover.stake == stake)
        #expect(prover.activeFrom == 1 + ProvingParameters.small.activationDelay)
        let top = try scenario.run(
            SampleGenesis.user(1).transaction(
                nonce: 0, to: registry, value: 3, data: callData("deposit(address)", scenario.address(0))))
        #expect(top.block.operations.count == 1)
        #expect(scenario.state.provers[scenario.address(0)]?.pendingStake == [TimedAmount(amount: 3, height: 4)])
    }

    private func gas(_ data: [UInt8]) -> UInt64? {
        let zeros = data.count { $0 == 0 }
        return 21_000 + 40_000 + 4 * UInt64(zeros) + 16 * UInt64(data.count - zeros)
    }

    @Test("claim: the sender pays the fee, then gets all its claims")
    func claim() throws {
        var scenario = try Scenario()
        scenario.state.mint(1_234, to: scenario.address(0))
        let data = callData("claim()")
        let gas = try #require(self.gas(data))
        let (receipt, block) = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: claims, data: data))
        #expect(block.operations == [.pays(0, fee(gas)), .gets(0, 1_234)])
        #expect(receipt.logs.map(\.address) == [claims])
        #expect(scenario.state.claimable[scenario.address(0)] == nil)
        let again = try scenario.run(SampleGenesis.user(0).transaction(nonce: 1, to: claims, data: data))
        #expect(again.receipt.failure == "nothing to claim")
        #expect(again.block.operations == [.pays(0, fee(gas))])
    }

    @Test("claimFor someone without an account creates it, if the gas is there")
    func claimFor() throws {
        var scenario = try Scenario()
        scenario.state.mint(55, to: newcomer)
        let data = callData("claimFor(address)", newcomer)
        let gas = try #require(self.gas(data)) + 25_000
        let poor = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: claims, data: data, gasLimit: gas - 1))
        #expect(poor.receipt.gasUsed == gas - 1)
        #expect(!poor.receipt.succeeded)
        #expect(scenario.state.claimable[newcomer] == 55)
        let rich = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 1, to: claims, data: data, gasLimit: gas))
        #expect(rich.block.operations == [.pays(0, fee(gas)), .creates(newcomer, at: 8, 55)])
        #expect(scenario.state.claimable[newcomer] == nil)
    }

    @Test(
        "failed call: the fee alone, whatever value it carried",
        arguments: [
            (SystemContract.proverRegistry, [UInt8](), "this system contract takes calls, not plain transfers"),
            (.claims, [], "this system contract takes calls, not plain transfers"),
            (.provingJobs, [1, 2, 3, 4], "the system contract has no function with this selector"),
            (.claims, callData("claim()"), "this function takes no value"),
            (.proverRegistry, callData("pause()"), "this function takes no value"),
            (.proverRegistry, callData("deposit(address)", .zero), "notRegistered: the prover is not registered"),
            (
                .proverRegistry, callData("register(address,address)", .zero, .zero),
                "zeroAddress: the zero address cannot be a key or a recipient"
            ),
            (.proverRegistry, callData("deposit(address)"), "malformed arguments: truncated"),
        ])
    func failedCall(contract: SystemContract, data: [UInt8], failure: String) throws {
        var scenario = try Scenario()
        let root = scenario.state.provers.rows.map(\.1)
        let (receipt, block) = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 0, to: contract.address, value: 6, data: data))
        let gas = try #require(self.gas(data))
        #expect(!receipt.succeeded && receipt.logs.isEmpty)
        #expect(receipt.failure == failure)
        #expect(receipt.gasUsed == gas)
        #expect(block.operations == [.pays(0, fee(gas))])
        #expect(scenario.state.provers.rows.map(\.1) == root)
    }

    @Test("calls of an owner that bring no value: one operation each, and the event")
    func ownerCalls() throws {
        let owner = SampleGenesis.user(0).address
        var scenario = try Scenario {
            $0.provers[0].owner = owner
            $0.provers[0].stake = SampleGenesis.stake
        }
        let calls: [([UInt8], String)] = [
            (callData("pause()"), "ProverPaused(address)"),
            (callData("resume()"), "ProverResumed(address,uint64)"),
            (callData("setOperator(address)", newcomer), "OperatorChanged(address,address,uint64)"),
            (callData("setRecipient(address)", newcomer), "RecipientChanged(address,address,uint64)"),
            (callData("leave()"), "ProverLeaving(address)"),
        ]
        for (nonce, (data, event)) in calls.enumerated() {
            let (receipt, block) = try scenario.run(
                SampleGenesis.user(0).transaction(nonce: UInt64(nonce), to: registry, data: data))
            #expect(receipt.succeeded, "\(event): \(receipt.failure ?? "")")
            #expect(receipt.logs.map(\.topics.first) == [ABI.eventTopic(event)])
            #expect(block.operations == [.pays(0, fee(try #require(self.gas(data))))])
        }
        // Leaving: the stake unbonds, is withdrawn into a claim, and claimed.
        try scenario.block([VerifiedTransaction]())
        for _ in 0..<6 { try scenario.block([VerifiedTransaction]()) }
        let withdrawn = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 5, to: registry, data: callData("withdraw()")))
        #expect(withdrawn.receipt.succeeded)
        #expect(scenario.state.claimable[owner] == SampleGenesis.stake)
        #expect(scenario.state.provers[owner] == nil)
        let claimed = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 6, to: claims, data: callData("claim()")))
        #expect(claimed.block.operations.last == .gets(0, SampleGenesis.stake))
        let unjail = try scenario.run(
            SampleGenesis.user(0).transaction(nonce: 7, to: registry, data: callData("unjail()")))
        #expect(unjail.receipt.failure == RegistryRefusal.notRegistered.reason)
    }
}
