import ByteCodec
import ChainTypes
import Cryptography
import Execution
import SystemState
import Testing

@Suite("Validators: registering, stake, leaving")
struct ValidatorRegistryTests {
    private typealias Chain = ValidatorScenario

    @Test("who registers in block H is in the set of H + activationDelay, and in none before")
    func activation() throws {
        var chain = try Chain(powers: [1])
        try chain.block { #expect($0.register(1, stake: 3 * Chain.unit) == nil) }
        let address = try chain.address(1)
        for height in UInt64(1)...3 { #expect(try chain.set(height).index(of: address) == nil) }
        try chain.blocks(1)
        let set = try chain.set(4)
        let index = try #require(set.index(of: address))
        #expect(set.validators[index].power == 3)
        #expect(set.totalPower == 4)
        #expect(try chain.set(3).totalPower == 1)
    }

    @Test("what changes in block H acts on the set of H + 2, and the sets before stand (pitfall 8)")
    func delay() throws {
        var chain = try Chain(powers: [2, 2, 2])
        let before = try chain.set(1)
        let left = try chain.address(0)
        try chain.block { #expect($0.call(.leave, by: left) == nil) }
        #expect(try chain.set(1) == before)
        #expect(try chain.set(2) == before)
        #expect(try chain.set(3).index(of: left) == nil)
        #expect(try chain.set(3).totalPower == 4)
        #expect(chain.state.validators(at: 4) == nil)
        let topped = try chain.address(1)
        try chain.block { #expect($0.call(.deposit(validator: topped), by: left, value: Chain.unit) == nil) }
        #expect(try chain.set(3).totalPower == 4)
        #expect(try chain.set(4).totalPower == 5)
        #expect(try chain.set(2) == before)
    }

    @Test("a registration is refused by name, and changes nothing")
    func registrationRefusals() throws {
        var chain = try Chain(powers: [1, 1])
        try chain.blocks(1)
        let owner = Chain.owner(2)
        func refusal(
            _ chain: inout Chain, by caller: Address? = nil, stake: UInt128 = Chain.unit,
            _ change: (inout ValidatorRegistry.Registration) throws -> Void
        ) throws -> ValidatorRefusal? {
            let call = try chain.registration(2)
            guard case .register(var registration) = call else { return nil }
            try change(&registration)
            return chain.call(.register(registration), by: caller ?? owner, value: stake)
        }
        let (first, other) = (try Chain.keys(0), try Chain.keys(3))
        #expect(try refusal(&chain) { $0.recipient = .zero } == .zeroAddress)
        #expect(try refusal(&chain, stake: Chain.unit / 10 - 1) { _ in } == .belowMinimumStake)
        #expect(try refusal(&chain, by: first.address) { _ in } == .ownerHasValidator)
        #expect(try refusal(&chain) { $0.signingKey.removeLast() } == .invalidSigningKey)
        #expect(try refusal(&chain) { $0.signingKey[0] = 5 } == .invalidSigningKey)
        #expect(try refusal(&chain) { $0.vrfKey = [] } == .invalidVRFKey)
        #expect(try refusal(&chain) { $0.vrfKey = $0.signingKey } == .sameKeyTwice)
        #expect(
            try refusal(&chain) { $0.signingKey = first.signing.publicKey.compressed } == .alreadyRegistered)
        #expect(try refusal(&chain) { $0.vrfKey = first.vrf.publicKey.compressed } == .vrfKeyInUse)
        #expect(try refusal(&chain) { $0.signature[3] ^= 1 } == .wrongSignature)
        #expect(try refusal(&chain) { $0.signingKey = other.signing.publicKey.compressed } == .wrongSignature)
        // Made for another owner: whoever sees it in the pool cannot use it.
        #expect(try refusal(&chain, by: Chain.owner(9)) { _ in } == .wrongSignature)
        #expect(try refusal(&chain) { $0.vrfProof[40] ^= 1 } == .invalidVRFProof)
        #expect(try refusal(&chain) { $0.vrfProof = [] } == .invalidVRFProof)
        #expect(try refusal(&chain) { _ in } == nil)
        #expect(try refusal(&chain) { _ in } == .ownerHasValidator)
    }

    @Test("each call of someone without a validator, or at a wrong time, is refused by name")
    func callRefusals() throws {
        var chain = try Chain(powers: [1, 1])
        try chain.blocks(1)
        let (nobody, first, second) = (Chain.owner(7), try chain.address(0), try chain.address(1))
        for call in [ValidatorCall.leave, .withdraw, .unjail, .setRecipient(first), .setOwner(nobody)] {
            #expect(chain.call(call, by: nobody) == .notRegistered)
        }
        #expect(chain.call(.deposit(validator: nobody), by: first, value: 1) == .notRegistered)
        #expect(chain.call(.deposit(validator: first), by: first) == .zeroAmount)
        #expect(chain.call(.deposit(validator: first), by: first, value: .max) == .amountTooLarge)
        #expect(chain.call(.withdraw, by: first) == .nothingToWithdraw)
        #expect(chain.call(.unjail, by: first) == .notJailed)
        #expect(chain.call(.setRecipient(.zero), by: first) == .zeroAddress)
        #expect(chain.call(.setOwner(.zero), by: first) == .zeroAddress)
        #expect(chain.call(.setOwner(second), by: first) == .ownerHasValidator)
        #expect(chain.call(.leave, by: first) == nil)
        #expect(chain.call(.leave, by: first) == .alreadyLeaving)
        #expect(chain.call(.deposit(validator: first), by: first, value: 1) == .alreadyLeaving)
        #expect(chain.call(.leave, by: second) == .lastValidator)
    }

    @Test("stake is free after unbonding, goes to the owner, and the validator is forgotten and may come again")
    func unbonding() throws {
        var chain = try Chain(powers: [1, 4])
        try chain.block { #expect($0.register(2, stake: 2 * Chain.unit) == nil) }
        try chain.blocks(5)
        try chain.block { #expect($0.call(.leave, by: Chain.owner(2)) == nil) }
        let releaseAt = chain.state.height + Chain.rules.unbondingBlocks
        while chain.state.height + 1 < releaseAt {
            try chain.block { #expect($0.call(.withdraw, by: Chain.owner(2)) == .nothingToWithdraw) }
        }
        try chain.block { #expect($0.call(.withdraw, by: Chain.owner(2)) == nil) }
        #expect(chain.state.claimable[Chain.owner(2)] == 2 * Chain.unit)
        #expect(chain.state.registeredValidators[try chain.address(2)] == nil)
        #expect(!chain.state.validatorOwners.contains(Chain.owner(2)))
        try chain.block { #expect($0.register(2) == nil) }
    }

    @Test("owner and recipient change hands; tips go to the recipient, and to the validator itself once it is gone")
    func hands() throws {
        var chain = try Chain(powers: [1, 1])
        let first = try chain.address(0)
        #expect(chain.state.payee(ofValidator: first) == first)
        try chain.block {
            #expect($0.call(.setOwner(Chain.owner(0)), by: first) == nil)
            #expect($0.call(.setRecipient(first), by: first) == .notRegistered)
            #expect($0.call(.setRecipient(Chain.recipient(0)), by: Chain.owner(0)) == nil)
        }
        #expect(chain.state.payee(ofValidator: first) == Chain.recipient(0))
        #expect(chain.state.payee(ofValidator: Chain.owner(9)) == Chain.owner(9))
    }

    @Test("a set holds those with the most power, at equal power the smaller address, and never too many")
    func ranking() throws {
        var chain = try Chain(powers: [5])
        for index in 1...7 {
            try chain.block { #expect($0.register(index, stake: UInt128(index < 4 ? 2 : 1) * Chain.unit) == nil) }
        }
        try chain.blocks(4)
        let set = try chain.set(chain.state.height + 2)
        #expect(set.validators.count == 5)
        #expect(set.totalPower == 5 + 3 * 2 + 1)
        let smallest = try (4...7).map { try chain.address($0) }.min()
        #expect(set.validators.contains { $0.address == smallest })
    }

    @Test("a set is never empty: when nobody is eligible the one before stays")
    func neverEmpty() throws {
        var chain = try Chain(powers: [1]) { $0.missedProposalPenalty = .max }
        let before = try chain.set(1)
        try chain.block(originRound: 1)
        #expect(try chain.validator(0).stake == 0)
        try chain.blocks(4)
        #expect(try chain.set(chain.state.height + 2) == before)
    }

    @Test("sets are kept as long as evidence of their heights can cost anyone anything, and then forgotten")
    func history() throws {
        var chain = try Chain(powers: [4, 1])
        let second = try chain.address(1)
        for _ in 0..<40 {
            try chain.block { #expect($0.call(.deposit(validator: second), by: second, value: Chain.unit) == nil) }
        }
        let height = chain.state.height
        #expect(chain.state.validatorSets.count == Int(Chain.rules.unbondingBlocks) + 3)
        #expect(try chain.set(height - Chain.rules.unbondingBlocks).totalPower == 4 + 1 + 40 - 12 - 2)
        #expect(chain.state.validators(at: height - Chain.rules.unbondingBlocks - 1) == nil)
    }
}
