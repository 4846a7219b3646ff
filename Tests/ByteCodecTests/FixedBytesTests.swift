import ByteCodec
import SeededRandom
import Testing

@Suite struct FixedBytesTests {
    @Test func bytes32KeepsItsBytes() {
        var generator = SplitMix64(seed: 2)
        for _ in 0..<200 {
            let bytes = generator.bytes(32)
            let value = Bytes32(bytes)
            #expect(value?.bytes == bytes)
            #expect(value?.description == Hex.encode(bytes))
            #expect(Bytes32(hex: Hex.encode(bytes)) == value)
        }
    }

    @Test func addressKeepsItsBytes() {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<200 {
            let bytes = generator.bytes(20)
            let value = Address(bytes)
            #expect(value?.bytes == bytes)
            #expect(Address(hex: Hex.encode(bytes)) == value)
        }
    }

    @Test func orderIsLexicographicOnBytes() throws {
        var generator = SplitMix64(seed: 4)
        for _ in 0..<500 {
            // A shared prefix of random length makes each word decide in some cases.
            let left = generator.bytes(32)
            let shared = Int.random(in: 0...32, using: &generator)
            let right = Array(left[..<shared]) + generator.bytes(32 - shared)
            let isLess = left.lexicographicallyPrecedes(right)
            #expect(try (#require(Bytes32(left)) < #require(Bytes32(right))) == isLess)
            let (shortLeft, shortRight) = (Array(left.prefix(20)), Array(right.prefix(20)))
            let isShortLess = shortLeft.lexicographicallyPrecedes(shortRight)
            #expect(try (#require(Address(shortLeft)) < #require(Address(shortRight))) == isShortLess)
        }
    }

    @Test(arguments: [0, 19, 21, 31, 33])
    func wrongCountIsRefused(_ count: Int) {
        #expect(Bytes32([UInt8](repeating: 0, count: count)) == nil)
        #expect(Address([UInt8](repeating: 0, count: count)) == nil)
    }

    @Test func addressIsTheLowBytesOfAWord() {
        let word = Bytes32(0..<32)
        #expect(word.map(Address.init(lowBytesOf:)) == Address(12..<32))
    }

    @Test func integersAreBigEndian() {
        #expect(Bytes32(0x0102 as UInt128).bytes == [UInt8](repeating: 0, count: 30) + [1, 2])
        #expect(Bytes32(UInt128.max).uint128 == .max)
        #expect(Bytes32(words: 0, 1, 0, 0).uint128 == nil)
        #expect(Bytes32(words: 1, 0, 0, 0).uint128 == nil)
    }
}
