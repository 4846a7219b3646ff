import ByteCodec
import ChainTypes
import Execution
import SampleChain
import SeededRandom
import SystemState
import Testing

@Suite("Validators under random churn")
struct ValidatorChurnTests {
    private typealias Chain = ValidatorScenario

    /// What the next set should be, from the records alone, without the election's code.
    private func expected(_ state: SystemState, after current: ValidatorSet) -> [Address: UInt64] {
        let rules = state.genesis.validating
        var eligible: [(address: Address, power: UInt64)] = []
        for validator in state.registeredValidators.values
        where validator.leavingAt == nil && validator.jailedAt == nil && validator.activeFrom <= state.height + 2
            && validator.stake >= rules.minimumStake && !state.tombstones.contains(validator.address)
        {
            eligible.append((validator.address, UInt64(max(1, validator.stake / rules.powerUnit))))
        }
        eligible.sort { $0.power != $1.power ? $0.power > $1.power : $0.address < $1.address }
        if eligible.isEmpty { eligible = current.validators.map { ($0.address, $0.power) } }
        return Dictionary(
            uniqueKeysWithValues: eligible.prefix(Int(rules.maxValidators)).map { ($0.address, $0.power) })
    }

    @Test(
        "supply is conserved, powers are above zero, set(h + 2) follows from block h, and sets once fixed never change",
        arguments: 0..<6 as Range<UInt64>)
    func churn(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var chain = try Chain(powers: [3, 2, 1])
        var fixed: [UInt64: ValidatorSet] = [1: try chain.set(1), 2: try chain.set(2)]
        var slashed = 0
        for _ in 0..<150 {
            let next = chain.state.height + 1
            let current = try chain.set(next)
            var evidence: [Equivocation] = []
            if random.below(8) == 0 {
                let found = try chain.equivocation(
                    random.below(10), height: next - UInt64(random.below(Int(min(next, 9)))),
                    round: UInt32(random.below(3)), [VoteType?.none, .prevote, .precommit][random.below(3)])
                if (try? EvidenceRules.verify(found, at: next, state: chain.state)) != nil { evidence = [found] }
            }
            slashed += evidence.count
            let round = random.below(4) == 0 ? UInt32(random.below(4)) : 0
            try chain.block(originRound: round, evidence: evidence) { chain in
                for _ in 0..<random.below(4) {
                    let index = random.below(10)
                    let owner = index < 3 ? try chain.address(index) : Chain.owner(index)
                    let validator = try chain.address(index)
                    switch random.below(6) {
                    case 0, 1: _ = chain.register(index, stake: Chain.unit * UInt128(random.below(40)) / 10)
                    case 2: chain.call(.deposit(validator: validator), by: owner, value: Chain.unit / 2)
                    case 3: chain.call(.leave, by: owner)
                    case 4: chain.call(.withdraw, by: owner)
                    default: chain.call(.unjail, by: owner)
                    }
                }
            }
            let height = chain.state.height
            let set = try chain.set(height + 2)
            let wanted = expected(chain.state, after: try chain.set(height + 1))
            #expect(Dictionary(uniqueKeysWithValues: set.validators.map { ($0.address, $0.power) }) == wanted)
            #expect(set.validators.allSatisfy { $0.power > 0 })
            #expect(try chain.set(height) == current)
            fixed[height + 2] = set
            for back in height - min(height - 1, Chain.rules.evidenceAge)...height + 2 {
                #expect(chain.state.validators(at: back) == fixed[back])
            }
            #expect(
                chain.state.registeredValidators.values.allSatisfy {
                    chain.state.validatorOwners[$0.owner] == $0.address
                })
            #expect(chain.state.validatorOwners.count == chain.state.registeredValidators.count)
        }
        #expect(chain.state.tombstones.count == slashed)
        // The records give the state back.
        let records = chain.state.takeChanges().compactMap { row in row.value.map { (row.key, $0) } }
        var restored = try SystemState(genesis: chain.state.genesis, records: records)
        #expect(restored.root() == chain.state.rootNow)
    }
}
