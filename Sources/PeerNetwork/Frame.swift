import ByteCodec

/// One part of a message on the wire: length of the part as u32, channel as u8 (0 for control), 1 or 0 as u8 for the
/// message's last part or another one, then the part.
package struct Frame: Hashable, Sendable {
    package static let headerBytes = 6

    /// Nil for control messages.
    package var channel: PeerChannel?
    package var isLast: Bool
    package var part: [UInt8]

    package init(channel: PeerChannel?, isLast: Bool, part: [UInt8]) {
        self.channel = channel
        self.isLast = isLast
        self.part = part
    }

    /// The header that precedes the part.
    package static func header(length: Int, channel: PeerChannel?, isLast: Bool) -> [UInt8] {
        var writer = ByteWriter()
        writer.u32(UInt32(clamping: length))
        writer.u8(channel?.rawValue ?? 0)
        writer.bool(isLast)
        return writer.bytes
    }
}

/// Cuts what arrives into frames. A frame's length is checked before any of it is kept.
package struct FrameReader: Sendable {
    private var pending: [UInt8] = []
    private var position = 0

    package init() {}

    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if position > 0 {
            pending.removeFirst(position)
            position = 0
        }
        pending.append(contentsOf: bytes)
    }

    /// The next whole frame; nil until more arrives.
    package mutating func next() throws(PeerOffence) -> Frame? {
        guard pending.count - position >= Frame.headerBytes else { return nil }
        guard let length = UInt32(bigEndianBytes: pending[position..<(position + 4)]) else { return nil }
        guard length <= UInt32(TransportLimits.partBytes) else { throw PeerOffence.oversizeFrame }
        guard length > 0 else { throw PeerOffence.emptyFrame }
        let number = pending[position + 4]
        let channel = PeerChannel(rawValue: number)
        guard channel != nil || number == 0 else { throw PeerOffence.unknownChannel }
        let flag = pending[position + 5]
        guard flag <= 1 else { throw PeerOffence.invalidFrame }
        let start = position + Frame.headerBytes
        let end = start + Int(length)
        guard end <= pending.count else { return nil }
        position = end
        return Frame(channel: channel, isLast: flag == 1, part: Array(pending[start..<end]))
    }
}

/// Puts the parts of messages together, each channel for itself.
package struct MessageAssembler: Sendable {
    private var parts: [PeerChannel: [UInt8]] = [:]

    package init() {}

    /// The message that this part completes; nil until its last part came. A control message is one frame.
    package mutating func take(_ frame: Frame) throws(PeerOffence) -> [UInt8]? {
        guard let channel = frame.channel else {
            guard frame.isLast, frame.part.count <= TransportLimits.controlBytes else {
                throw PeerOffence.oversizeMessage
            }
            return frame.part
        }
        let held = parts[channel]?.count ?? 0
        guard held + frame.part.count <= TransportLimits.messageBytes(channel) else {
            throw PeerOffence.oversizeMessage
        }
        if frame.isLast, held == 0 { return frame.part }
        parts[channel, default: []].append(contentsOf: frame.part)
        return frame.isLast ? parts.removeValue(forKey: channel) : nil
    }
}
