import ByteCodec

/// Thirty-two bytes in memory order, for C functions to read and write.
struct Digest32 {
    private var word0: UInt64 = 0
    private var word1: UInt64 = 0
    private var word2: UInt64 = 0
    private var word3: UInt64 = 0

    init() {}

    init(_ value: Bytes32) {
        word0 = value.word0.bigEndian
        word1 = value.word1.bigEndian
        word2 = value.word2.bigEndian
        word3 = value.word3.bigEndian
    }

    var value: Bytes32 {
        Bytes32(
            words: UInt64(bigEndian: word0), UInt64(bigEndian: word1), UInt64(bigEndian: word2),
            UInt64(bigEndian: word3))
    }
}
