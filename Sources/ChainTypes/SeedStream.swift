package import ByteCodec

/// What one selection of provers draws its randomness from.
package enum SelectionSeed {
    /// H("cairn/selection/v1", chainId, firstHeight, subBlock, attempt, mix), `mix` being that of the block in which
    /// the selection runs. Never content: nobody can change a selection by what is in a block.
    package static func of(
        chainId: UInt64, firstHeight: UInt64, subBlock: UInt32, attempt: UInt32, mix: Bytes32
    ) -> Bytes32 {
        var hash = DomainHash("cairn/selection/v1")
        hash.append(chainId)
        hash.append(firstHeight)
        hash.append(subBlock)
        hash.append(attempt)
        hash.append(mix)
        return hash.digest
    }
}

/// A deterministic stream of integers: Keccak-256 in counter mode. Normative:
///
///     block(i) = H("cairn/seed-stream/v1", seed, purpose (u32), i (u64))        i = 0, 1, 2, …
///     words    = the four big-endian 64-bit words of block(0), then of block(1), …
///
///     next(below n):                      # n ≥ 1
///         if n == 1: return 0             # no word is used
///         t = 2^64 mod n
///         repeat: w = next word  until w ≥ t
///         return w mod n                  # [t, 2^64) holds each remainder equally often
///
///     shuffle(list of n):                 # Durstenfeld, from the end
///         for i = n - 1 down to 1: swap list[i], list[next(below i + 1)]
///
/// Streams of one seed with different purposes are independent.
package struct SeedStream: Sendable {
    private let seed: Bytes32
    private let purpose: UInt32
    private var block = Bytes32.zero
    private var counter: UInt64 = 0
    private var wordsLeft = 0

    /// The stream at its beginning. Nothing is drawn before the first call of `next`.
    package init(seed: Bytes32, purpose: UInt32 = 0) {
        self.seed = seed
        self.purpose = purpose
    }

    /// The next word, uniform in 0 ..< 2^64.
    package mutating func next() -> UInt64 {
        if wordsLeft == 0 { refill() }
        defer { wordsLeft -= 1 }
        switch wordsLeft {
        case 4: return block.word0
        case 3: return block.word1
        case 2: return block.word2
        default: return block.word3
        }
    }

    /// The next integer, uniform in 0 ..< bound; 0, without a word being used, for a bound of 1, and of 0, from which
    /// nothing can be drawn.
    package mutating func next(below bound: UInt64) -> UInt64 {
        guard bound > 1 else { return 0 }
        let threshold = (0 &- bound) % bound
        var word = next()
        while word < threshold { word = next() }
        return word % bound
    }

    /// Puts the elements into a uniformly random order.
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for index in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(index, Int(next(below: UInt64(index) + 1)))
        }
    }

    private mutating func refill() {
        var hash = DomainHash("cairn/seed-stream/v1")
        hash.append(seed)
        hash.append(purpose)
        hash.append(counter)
        block = hash.digest
        counter &+= 1
        wordsLeft = 4
    }
}
