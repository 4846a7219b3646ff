package import ByteCodec
package import Cryptography
import SwiftASN1

/// The certificate that a node shows in TLS: self-signed by a key of its own, and bound to the node's key by a signature
/// in an extension, as libp2p's TLS does (libp2p specs, tls/tls.md, "Peer Authentication").
///
/// The extension's value is `SEQUENCE { publicKey OCTET STRING, signature OCTET STRING }`: the node's compressed
/// secp256k1 key, and r ‖ s over Keccak-256 of ``prefix`` and the certificate's SubjectPublicKeyInfo. TLS 1.3 itself
/// proves that the peer holds the certificate's key, so the certificate's own signature and dates say nothing more and
/// are not looked at.
package enum NodeCertificate {
    static let prefix = Array("cairn/peer-tls/v1".utf8)
    /// In the arc that X.660 keeps for examples: the number is registered by nobody.
    static let extensionIdentifier: ASN1ObjectIdentifier = [2, 999, 20_261, 1]
    /// A longer certificate is not looked at.
    package static let maxBytes = 4_096

    private static let ecdsaWithSHA256: ASN1ObjectIdentifier = [1, 2, 840, 10_045, 4, 3, 2]
    private static let commonName: ASN1ObjectIdentifier = [2, 5, 4, 3]

    static func digest(of subjectPublicKeyInfo: some Collection<UInt8>) -> Bytes32 {
        Keccak256.hash(prefix, Array(subjectPublicKeyInfo))
    }

    // MARK: - Making

    /// The certificate of `key` for the node `node`, in DER.
    package static func make(key: EphemeralKey, node: SecretKey) throws -> [UInt8] {
        let info = try key.subjectPublicKeyInfo()
        let value = try DER.serialized { coder in
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                try coder.serialize(ASN1OctetString(contentBytes: node.publicKey.compressed[...]))
                try coder.serialize(ASN1OctetString(contentBytes: node.sign(digest(of: info)).compact[...]))
            }
        }
        // Positive, and of a fixed length.
        let serial = [0x40 | (try key.random(1)[0] & 0x3f)] + (try key.random(7))
        let body = try DER.serialized { coder in
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) {
                    try $0.serialize(2)
                }
                coder.appendPrimitiveNode(identifier: .integer) { $0.append(contentsOf: serial) }
                try algorithm(&coder)
                try name(&coder)
                // From 2000 to what RFC 5280, 4.1.2.5 writes for "no end".
                coder.appendConstructedNode(identifier: .sequence) { coder in
                    coder.appendPrimitiveNode(identifier: .utcTime) { $0.append(contentsOf: "000101000000Z".utf8) }
                    coder.appendPrimitiveNode(identifier: .generalizedTime) {
                        $0.append(contentsOf: "99991231235959Z".utf8)
                    }
                }
                try name(&coder)
                coder.serializeRawBytes(info)
                try coder.serialize(explicitlyTaggedWithTagNumber: 3, tagClass: .contextSpecific) { coder in
                    try coder.appendConstructedNode(identifier: .sequence) { coder in
                        try coder.appendConstructedNode(identifier: .sequence) { coder in
                            try coder.serialize(extensionIdentifier)
                            try coder.serialize(ASN1OctetString(contentBytes: value[...]))
                        }
                    }
                }
            }
        }
        let signature = try key.sign(body)
        return try DER.serialized { coder in
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                coder.serializeRawBytes(body)
                try algorithm(&coder)
                try coder.serialize(ASN1BitString(bytes: signature[...]))
            }
        }
    }

    private static func algorithm(_ coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { try $0.serialize(ecdsaWithSHA256) }
    }

    private static func name(_ coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.appendConstructedNode(identifier: .set) { coder in
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    try coder.serialize(commonName)
                    try coder.serialize(ASN1UTF8String("cairn node"))
                }
            }
        }
    }

    // MARK: - Reading

    /// The node whose key signed this certificate's key.
    package static func node(ofDER bytes: [UInt8]) throws(PeerCertificateRejection) -> Address {
        guard bytes.count <= maxBytes else { throw .tooLong }
        let found: (info: [UInt8], value: ArraySlice<UInt8>?)
        do { found = try parts(of: bytes) } catch { throw .malformed }
        guard let value = found.value else { throw .noNodeKey }
        let key: [UInt8]
        let signature: [UInt8]
        do { (key, signature) = try signedKey(value) } catch { throw .malformedNodeKey }
        guard key.count == 33, let node = try? PublicKey(key) else { throw .invalidNodeKey }
        do { try node.verify(compact: signature, digest: digest(of: found.info)) } catch { throw .wrongSignature }
        return node.address
    }

    /// The SubjectPublicKeyInfo and the value of our extension.
    private static func parts(of bytes: [UInt8]) throws -> (info: [UInt8], value: ArraySlice<UInt8>?) {
        try DER.sequence(try DER.parse(bytes), identifier: .sequence) { nodes in
            guard let body = nodes.next() else { throw PeerCertificateRejection.malformed }
            _ = (nodes.next(), nodes.next())
            return try DER.sequence(body, identifier: .sequence) { nodes in
                // Version, serial number, algorithm, issuer, validity, subject; then the key, then extensions.
                for _ in 0..<6 { guard nodes.next() != nil else { throw PeerCertificateRejection.malformed } }
                guard let info = nodes.next() else { throw PeerCertificateRejection.malformed }
                var value: ArraySlice<UInt8>?
                while let node = nodes.next() {
                    guard node.identifier == ASN1Identifier(tagWithNumber: 3, tagClass: .contextSpecific) else {
                        continue
                    }
                    value = try DER.explicitlyTagged(node, tagNumber: 3, tagClass: .contextSpecific, extensionValue)
                }
                return (Array(info.encodedBytes), value)
            }
        }
    }

    private static func extensionValue(_ list: ASN1Node) throws -> ArraySlice<UInt8>? {
        guard list.identifier == .sequence, case .constructed(let entries) = list.content else {
            throw PeerCertificateRejection.malformed
        }
        for entry in entries {
            guard entry.identifier == .sequence, case .constructed(let fields) = entry.content else {
                throw PeerCertificateRejection.malformed
            }
            let nodes = Array(fields)
            guard let first = nodes.first, let last = nodes.last,
                try ASN1ObjectIdentifier(derEncoded: first) == extensionIdentifier
            else { continue }
            return try ASN1OctetString(derEncoded: last).bytes
        }
        return nil
    }

    private static func signedKey(_ value: ArraySlice<UInt8>) throws -> (key: [UInt8], signature: [UInt8]) {
        try DER.sequence(try DER.parse(value), identifier: .sequence) { nodes in
            (
                Array(try ASN1OctetString(derEncoded: &nodes).bytes),
                Array(try ASN1OctetString(derEncoded: &nodes).bytes)
            )
        }
    }
}

/// Why a certificate names no node.
package enum PeerCertificateRejection: Error, Hashable, Sendable {
    /// The peer showed no certificate, or more than one.
    case notOne
    case tooLong
    /// It is no X.509 certificate in DER.
    case malformed
    /// It lacks the extension with the node's key.
    case noNodeKey
    case malformedNodeKey
    /// The extension holds no point of secp256k1.
    case invalidNodeKey
    /// The node's key did not sign this certificate's key.
    case wrongSignature
}

extension DER {
    fileprivate static func serialized(_ body: (inout DER.Serializer) throws -> Void) throws -> [UInt8] {
        var coder = DER.Serializer()
        try body(&coder)
        return coder.serializedBytes
    }
}
