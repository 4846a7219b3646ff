import PeerNetwork
import Testing

@Suite struct PeerChannelTests {
    @Test func everyNumberBelongsToOneChannel() {
        #expect(PeerChannel.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6])
        #expect(PeerChannel(rawValue: 0) == nil)
    }
}
