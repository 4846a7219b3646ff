import ByteCodec
import SystemState
import Testing

struct TableTests {
    @Test func rowsStandByRisingKeyWhateverTheOrderOfInsertion() {
        var rising = Table<UInt64, UInt128>(tag: .unproven)
        var falling = Table<UInt64, UInt128>(tag: .unproven)
        for key in UInt64(0)..<50 { rising[key * 3] = UInt128(key) }
        for key in (UInt64(0)..<50).reversed() { falling[key * 3] = UInt128(key) }
        #expect(rising.keys == falling.keys && rising.values == falling.values)
        #expect(rising.keys == rising.keys.sorted())
        for key in UInt64(0)..<150 { #expect(rising[key] == (key % 3 == 0 ? UInt128(key / 3) : nil)) }
    }

    @Test func removingAndChangingARow() {
        var table = Table<UInt64, UInt128>(tag: .unproven)
        for key in UInt64(0)..<5 { table[key] = 1 }
        table[2] = nil
        table[9] = nil
        #expect(table.keys == [0, 1, 3, 4])
        let seen = table.update(3) { value in
            value += 5
            return value
        }
        #expect(seen == 6 && table[3] == 6)
        #expect(table.update(2) { _ in true } == nil)
    }

    @Test func aCopyDoesNotSeeLaterWrites() {
        var table = Table<UInt64, UInt128>(tag: .unproven)
        table[1] = 1
        let copy = table
        table[1] = 2
        table[2] = 3
        #expect(copy.values == [1] && table.values == [2, 3])
    }

    @Test func keyBytesSortAsKeysDo() {
        let numbers: [UInt64] = [0, 1, 255, 256, 65_536, .max]
        for (a, b) in zip(numbers, numbers.dropFirst()) {
            #expect(a.keyBytes.lexicographicallyPrecedes(b.keyBytes))
        }
        #expect(UInt64(keyBytes: [1, 2, 3]) == nil)
        #expect(Address(keyBytes: [UInt8](repeating: 1, count: 21)) == nil)
        #expect(Bytes32(keyBytes: []) == nil)
    }
}
