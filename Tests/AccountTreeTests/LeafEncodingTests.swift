import AccountTree
import ByteCodec
import ChainTypes
import ProofField
import SeededRandom
import Testing

struct LeafEncodingTests {
    /// Bit k of the address as a big-endian integer.
    private func bit(_ address: Address, _ position: Int) -> UInt32 {
        UInt32(address.bytes[19 - position / 8] >> UInt8(position % 8) & 1)
    }

    @Test func addressLimbsHoldAllBitsAndThePresentFlag() {
        var random = SplitMix64(seed: 1)
        for address in [Address.zero] + (0..<50).map({ _ in random.address() }) {
            let limbs = Limbs.address(address)
            for limb in 0..<6 {
                let bits = limb < 5 ? 30 : 10
                var expected: UInt32 = limb == 5 ? 1 << 10 : 0
                for position in 0..<bits { expected |= bit(address, 30 * limb + position) << UInt32(position) }
                #expect(limbs[limb] == expected)
            }
        }
    }

    @Test(arguments: [UInt64(0), 1, 1 << 30 - 1, 1 << 30, Account.maxNonce] as [UInt64])
    func nonceLimbsAreThirtyBits(nonce: UInt64) {
        let limbs = Limbs.nonce(nonce)
        #expect(limbs[0] < 1 << 30 && limbs[1] < 1 << 30)
        #expect(UInt64(limbs[0]) + UInt64(limbs[1]) << 30 == nonce)
    }

    @Test(arguments: [UInt128(0), 1, 1 << 26, 1 << 104, UInt128.max, UInt128.max - 1] as [UInt128])
    func amountLimbsAreTwentySixBitsTheTopOneTwentyFour(amount: UInt128) {
        let limbs = Limbs.amount(amount)
        var sum: UInt128 = 0
        for limb in 0..<5 {
            #expect(limbs[limb] < (limb < 4 ? 1 << 26 : 1 << 24))
            sum += UInt128(limbs[limb]) << UInt128(26 * limb)
        }
        #expect(sum == amount)
    }

    @Test func emptyLeafIsZerosAndDiffersFromTheZeroAccount() {
        #expect(LeafHalves(nil as Account?) == .empty)
        #expect(LeafHalves.empty.first == .zero && LeafHalves.empty.second == .zero)
        #expect(LeafHalves(Account(address: .zero)) != .empty)
    }

    @Test func leafAndRecordLayout() {
        let address = Address(words: 0x0102_0304_0506_0708, 0x090a_0b0c_0d0e_0f10, 0x1112_1314)
        let leaf = LeafHalves(Account(address: address, nonce: 5 << 30 | 7, balance: 9))
        #expect(leaf.first[6] == Felt(7) && leaf.first[7] == Felt(5))
        #expect(leaf.second.elements == [9, 0, 0, 0, 0, 0, 0, 0].map { Felt($0) })
        let record = LeafHalves(
            AccountOperation(
                index: 77, address: address, incrementsNonce: true, amount: 1 << 26, isDebit: true, creates: true))
        #expect(record.first.elements[..<6] == leaf.first.elements[..<6])
        #expect(record.first[6] == Felt(77) && record.first[7] == Felt(7))
        #expect(record.second.elements == [0, 1, 0, 0, 0, 0, 0, 0].map { Felt($0) })
    }
}
