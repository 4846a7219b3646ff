/// A tree of RLP items (Ethereum yellow paper, appendix B).
package indirect enum RLPItem: Hashable, Sendable {
    case bytes([UInt8])
    case list([RLPItem])

    /// Decodes exactly one canonical item with at most `maxItems` items in all, lists counted too.
    package init(decoding input: [UInt8], depthLimit: Int = 16, maxItems: Int = 1 << 16) throws(RLPError) {
        var reader = RLPReader(input, depthLimit: depthLimit)
        var itemsLeft = maxItems
        self = try reader.readItem(itemsLeft: &itemsLeft)
        try reader.expectEnd()
    }

    /// The canonical encoding.
    package var encoded: [UInt8] {
        var encoder = RLPEncoder()
        encoder.append(self)
        return encoder.bytes
    }
}
