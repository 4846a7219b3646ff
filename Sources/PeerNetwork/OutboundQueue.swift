/// Messages that wait for one peer: a bounded line for each channel, the more urgent channel first. A message under way
/// is interrupted by a more urgent one after at most one part.
package struct OutboundQueue: Sendable {
    private struct Line: Sendable {
        var messages: [[UInt8]] = []
        /// Index of the first message that is not sent, and what of it is.
        var first = 0
        var sent = 0
        var bytes = 0

        var isEmpty: Bool { first == messages.count }
    }

    private var lines: [Line]
    private let limits: TransportLimits
    /// Bytes that wait, over all channels.
    package private(set) var bytes = 0

    package init(limits: TransportLimits) {
        self.limits = limits
        lines = PeerChannel.allCases.map { _ in Line() }
    }

    package var isEmpty: Bool { lines.allSatisfy(\.isEmpty) }

    /// False when the channel's line is full; the message is not taken then. Empty messages do not exist.
    package mutating func append(_ message: [UInt8], on channel: PeerChannel) -> Bool {
        let index = Int(channel.rawValue) - 1
        guard lines.indices.contains(index), !message.isEmpty, message.count <= TransportLimits.messageBytes(channel)
        else { return false }
        guard lines[index].messages.count - lines[index].first < limits.queueMessages,
            lines[index].bytes + message.count <= limits.queueBytes(channel)
        else { return false }
        lines[index].messages.append(message)
        lines[index].bytes += message.count
        bytes += message.count
        return true
    }

    /// The next part to send; nil when nothing waits.
    package mutating func next() -> Frame? {
        for channel in PeerChannel.allCases {
            let index = Int(channel.rawValue) - 1
            guard !lines[index].isEmpty else { continue }
            let message = lines[index].messages[lines[index].first]
            let start = lines[index].sent
            let end = min(message.count, start + TransportLimits.partBytes)
            let isLast = end == message.count
            lines[index].bytes -= end - start
            bytes -= end - start
            if isLast {
                lines[index].messages[lines[index].first] = []
                lines[index].first += 1
                lines[index].sent = 0
                compact(index)
            } else {
                lines[index].sent = end
            }
            return Frame(channel: channel, isLast: isLast, part: Array(message[start..<end]))
        }
        return nil
    }

    private mutating func compact(_ index: Int) {
        if lines[index].isEmpty {
            lines[index].messages.removeAll(keepingCapacity: true)
            lines[index].first = 0
        } else if lines[index].first >= 256 {
            lines[index].messages.removeFirst(lines[index].first)
            lines[index].first = 0
        }
    }
}
