import ByteCodec
import Cryptography
import PeerNetwork
import Testing

struct CertificateTests {
    /// 2.999.20261.1 in DER.
    static let identifier: [UInt8] = [0x88, 0x37, 0x81, 0x9e, 0x25, 0x01]

    static func position(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        bytes.indices.first { bytes[$0...].starts(with: needle) }
    }

    @Test func aCertificateNamesItsNode() throws {
        let node = try TestPeer.key(1)
        let bytes = try NodeCertificate.make(key: try EphemeralKey(), node: node)
        #expect(try NodeCertificate.node(ofDER: bytes) == node.publicKey.address)
    }

    /// The node's signature is over the certificate's key: taken over into another certificate it proves nothing.
    @Test func aSignatureOfAnotherCertificate() throws {
        let node = try TestPeer.key(1)
        let first = try NodeCertificate.make(key: try EphemeralKey(), node: node)
        var second = try NodeCertificate.make(key: try EphemeralKey(), node: node)
        let (from, to) = (
            try #require(Self.position(of: Self.identifier, in: first)),
            try #require(Self.position(of: Self.identifier, in: second))
        )
        let length = Self.identifier.count + 4 + 35 + 66
        second.replaceSubrange(to..<(to + length), with: first[from..<(from + length)])
        #expect(throws: PeerCertificateRejection.wrongSignature) { try NodeCertificate.node(ofDER: second) }
    }

    @Test func aKeyOfAnotherType() throws {
        let node = try TestPeer.key(1)
        var bytes = try NodeCertificate.make(key: try EphemeralKey(), node: node)
        let position = try #require(Self.position(of: node.publicKey.compressed, in: bytes))
        // An integer where the octets of the key stand.
        bytes[position - 2] = 2
        #expect(throws: PeerCertificateRejection.malformedNodeKey) { try NodeCertificate.node(ofDER: bytes) }
    }

    @Test func aKeyThatIsNoPoint() throws {
        let node = try TestPeer.key(1)
        var bytes = try NodeCertificate.make(key: try EphemeralKey(), node: node)
        let position = try #require(Self.position(of: node.publicKey.compressed, in: bytes))
        bytes[position] = 9
        #expect(throws: PeerCertificateRejection.invalidNodeKey) { try NodeCertificate.node(ofDER: bytes) }
    }

    @Test func tooLong() {
        let bytes = [UInt8](repeating: 0x30, count: NodeCertificate.maxBytes + 1)
        #expect(throws: PeerCertificateRejection.tooLong) { try NodeCertificate.node(ofDER: bytes) }
    }

    /// Cut anywhere it is malformed; a change anywhere names another fault or leaves the node as it was.
    @Test func everyCutAndEveryChangeIsToldOrHarmless() throws {
        let node = try TestPeer.key(1)
        let bytes = try NodeCertificate.make(key: try EphemeralKey(), node: node)
        for count in bytes.indices {
            #expect(throws: PeerCertificateRejection.malformed) {
                try NodeCertificate.node(ofDER: Array(bytes.prefix(count)))
            }
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            if let found = try? NodeCertificate.node(ofDER: changed) { #expect(found == node.publicKey.address) }
        }
    }
}
