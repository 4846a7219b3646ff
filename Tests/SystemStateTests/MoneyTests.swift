import SystemState
import Testing

struct MoneyTests {
    private let balance: UInt128 = 1_000_000

    @Test func everyMovementConserves() throws {
        var state = try SystemState(genesis: try Sample.genesis())
        try state.checkConservation(accountsTotal: balance)
        let minted = state.mint(500, to: Sample.address(0))
        #expect(minted == 500)
        let burned = state.burnFromStake(Sample.address(0), 1_234)
        #expect(burned == 1_234)
        let charged = state.chargeFee(Sample.address(1), burned: 30, tip: 12, to: Sample.address(9))
        #expect(charged)
        try state.checkConservation(accountsTotal: balance)
        state.recordBurn(100)
        try state.checkConservation(accountsTotal: balance - 100)
        let claimed = state.takeClaimable(Sample.address(9))
        #expect(claimed == 12)
        let claimedAgain = state.takeClaimable(Sample.address(9))
        #expect(claimedAgain == 0)
        try state.checkConservation(accountsTotal: balance - 100 + 12)
        #expect(throws: ConservationError.self) { try state.checkConservation(accountsTotal: balance) }
    }

    @Test func burningTakesStakeThenTopUpsThenWhatUnbondsAndNoMore() throws {
        var state = try SystemState(genesis: try Sample.genesis())
        state.provers[Sample.address(60)] = Sample.prover(60)  // 50 + 3 + 7 + 9
        let fromStake = state.burnFromStake(Sample.address(60), 52)
        #expect(fromStake == 52)
        #expect(state.provers[Sample.address(60)]?.stake == 0)
        #expect(state.provers[Sample.address(60)]?.pendingStake == [TimedAmount(amount: 1, height: 4)])
        let fromTopUps = state.burnFromStake(Sample.address(60), 11)
        #expect(fromTopUps == 11)
        #expect(state.provers[Sample.address(60)]?.unbonding == [TimedAmount(amount: 6, height: 8)])
        let rest = state.burnFromStake(Sample.address(60), .max)
        #expect(rest == 6)
        #expect(state.provers[Sample.address(60)]?.total == 0)
        let fromNobody = state.burnFromStake(Sample.address(99), 5)
        #expect(fromNobody == 0)
    }

    @Test func aFeeAboveTheStakeChangesNothing() throws {
        var state = try SystemState(genesis: try Sample.genesis())
        let root = state.currentRoot
        let tooMuch = state.chargeFee(Sample.address(0), burned: 5_000, tip: 1, to: Sample.address(9))
        #expect(!tooMuch)
        let overflowing = state.chargeFee(Sample.address(0), burned: .max, tip: 1, to: Sample.address(9))
        #expect(!overflowing)
        let unknown = state.chargeFee(Sample.address(99), burned: 1, tip: 0, to: Sample.address(9))
        #expect(!unknown)
        #expect(state.currentRoot == root)
    }

    @Test func mintingEndsWhereTheSumsWouldPass128Bits() throws {
        var state = try SystemState(genesis: try Sample.genesis())
        let room = UInt128.max - state.supply.genesis
        let allThereIs = state.mint(.max, to: Sample.address(0))
        #expect(allThereIs == room)
        let beyond = state.mint(1, to: Sample.address(0))
        #expect(beyond == 0)
        try state.checkConservation(accountsTotal: balance)
    }
}
