import ChainTypes
import Storage
import Testing

@Suite struct IterationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var prefix: [UInt8] = []
        var start: [UInt8]?
        var order = IterationOrder.ascending
        var limit = Int.max
        let keys: [[UInt8]]

        var testDescription: String { name }
    }

    /// Written out of order; RocksDB sorts them as byte strings.
    static let keys: [[UInt8]] = [[2, 0xff], [1], [2], [0xff], [2, 1], [0xff, 0xff], [3], [1, 0xff, 0xff]]

    static let cases = [
        Case(
            name: "all, ascending",
            keys: [[1], [1, 0xff, 0xff], [2], [2, 1], [2, 0xff], [3], [0xff], [0xff, 0xff]]),
        Case(
            name: "all, descending", order: .descending,
            keys: [[0xff, 0xff], [0xff], [3], [2, 0xff], [2, 1], [2], [1, 0xff, 0xff], [1]]),
        Case(name: "a prefix", prefix: [2], keys: [[2], [2, 1], [2, 0xff]]),
        Case(name: "a prefix, descending", prefix: [2], order: .descending, keys: [[2, 0xff], [2, 1], [2]]),
        Case(
            name: "a prefix of 0xff bytes, descending", prefix: [0xff], order: .descending,
            keys: [[0xff, 0xff], [0xff]]),
        Case(
            name: "a prefix ending in 0xff, descending", prefix: [1, 0xff], order: .descending, keys: [[1, 0xff, 0xff]]),
        Case(
            name: "a prefix whose successor is a key, descending", prefix: [1], order: .descending,
            keys: [[1, 0xff, 0xff], [1]]),
        Case(name: "a prefix that no key has", prefix: [4], keys: []),
        Case(name: "a prefix that no key has, descending", prefix: [4], order: .descending, keys: []),
        Case(name: "from a key that is there", prefix: [2], start: [2, 1], keys: [[2, 1], [2, 0xff]]),
        Case(name: "from between keys", prefix: [2], start: [2, 2], keys: [[2, 0xff]]),
        Case(name: "back from between keys", prefix: [2], start: [2, 2], order: .descending, keys: [[2, 1], [2]]),
        Case(name: "back from before the prefix", prefix: [2], start: [1, 9], order: .descending, keys: []),
        Case(name: "from past the end", start: [0xff, 0xff, 0], keys: []),
        Case(name: "stopped by the caller", limit: 2, keys: [[1], [1, 0xff, 0xff]]),
    ]

    @Test(arguments: cases)
    func visitsTheseKeysInThisOrder(expected: Case) throws {
        let directory = try TemporaryDirectory()
        let store = try Store(path: directory.appending("db"))
        var batch = WriteBatch()
        for key in Self.keys { batch.put(.accountHistory, key: key, value: key.reversed()) }
        try store.write(batch)
        var visited: [[UInt8]] = []
        try store.read { snapshot throws(StorageFault) in
            try snapshot.forEach(
                in: .accountHistory, prefix: expected.prefix, from: expected.start, order: expected.order
            ) { key, value in
                #expect(value == key.reversed())
                visited.append(key)
                return visited.count < expected.limit ? .next : .stop
            }
        }
        #expect(visited == expected.keys)
    }

    @Test(arguments: [(8, nil), (9, 9), (10, 9), (11, 9), (12, 12), (200, 12)] as [(UInt8, UInt8?)])
    func theLastEntryAtOrBeforeAHeightAnswersAHistoricalRead(height: UInt8, expected: UInt8?) throws {
        let directory = try TemporaryDirectory()
        let store = try Store(path: directory.appending("db"))
        var batch = WriteBatch()
        for (leaf, height) in [(1, 5), (2, 9), (2, 12), (3, 1)] as [(UInt8, UInt8)] {
            batch.put(.accountHistory, key: [leaf, height], value: [height])
        }
        try store.write(batch)
        let found = try store.read { snapshot throws(StorageFault) in
            try snapshot.last(in: .accountHistory, prefix: [2], atOrBefore: [2, height])
        }
        #expect(found?.value.first == expected)
    }

    @Test(
        arguments: [([], nil), ([0], [1]), ([1, 0xff], [2]), ([0xff], nil), ([0xff, 3], [0xff, 4])]
            as [([UInt8], [UInt8]?)])
    func theSuccessorOfAPrefixIsTheFirstKeyAfterIt(prefix: [UInt8], successor: [UInt8]?) {
        #expect(prefix.lexicographicalSuccessor == successor)
    }
}
