import AccountTree
import ByteCodec
import ChainTypes
import Circuits
import ProofField
import STARKCore
import STARKProver
import SeededRandom
import Testing

struct HonestTraceTests {
    private func check(_ scenario: LedgerScenario) throws {
        let traces = try BlockTraces(scenario.input(testProgram.get()), program: testProgram.get())
        #expect(try traces.violation == nil)
        #expect(try traces.imbalances == [])
    }

    @Test(arguments: 0..<25)
    func randomListsSatisfyAllConstraintsAndBalance(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var scenario = LedgerScenario.edges(&random)
        try scenario.runRandomly(1 + random.below(40), &random)
        try check(scenario)
    }

    @Test func zeroOneOrManyOperationsOnOneAccount() throws {
        for count in [1, 2, 3, 9] {
            var scenario = LedgerScenario(balances: [100])
            for _ in 0..<count { try scenario.debit(0, 3) }
            try check(scenario)
        }
    }

    @Test func firstAccountOfAnEmptyTree() throws {
        var scenario = LedgerScenario(balances: [])
        try scenario.create(.zero, 5)
        try check(scenario)
    }

    @Test func aCreatedAccountSpendsInTheSameList() throws {
        var scenario = LedgerScenario(balances: [100])
        try scenario.debit(0, 50)
        try scenario.create(LedgerScenario.address(9), 50)
        try scenario.debit(1, 50)
        try scenario.credit(0, 50)
        try check(scenario)
    }

    @Test func nonceCarriesFromTheLowLimb() throws {
        let account = Account(address: .zero, nonce: 1 << 30 - 2, balance: 0)
        var scenario = LedgerScenario([account])
        for _ in 0..<4 { try scenario.debit(0, 0) }
        #expect(scenario.accounts[0].nonce == 1 << 30 + 2)
        try check(scenario)
    }

    @Test func balancesReachTheirLimits() throws {
        var scenario = LedgerScenario(balances: [.max, 0, 1])
        try scenario.debit(0, .max)
        try scenario.credit(1, .max - 1)
        try scenario.credit(1, 1)
        try scenario.debit(2, 1)
        try check(scenario)
    }

    @Test func stageTwoConstraintsHold() throws {
        var random = SplitMix64(seed: 5)
        var scenario = LedgerScenario.edges(&random)
        try scenario.runRandomly(6, &random)
        let traces = try BlockTraces(scenario.input(testProgram.get()), program: testProgram.get())
        for instance in try traces.instances {
            #expect(try TraceChecker.firstViolation(instance, seed: testProgram.get().programHash) == nil)
        }
    }

    @Test func theMostOperationsBetweenTwoOfOneAccountFitTheGap() throws {
        var scenario = LedgerScenario(balances: [10, 10])
        try scenario.debit(0, 1)
        for _ in 0..<300 { try scenario.debit(1, 0) }
        try scenario.debit(0, 1)
        try check(scenario)
    }
}
