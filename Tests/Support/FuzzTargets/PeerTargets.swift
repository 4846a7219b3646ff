import ByteCodec
import Cryptography
import PeerNetwork
import Replica

/// What a connection reads before anybody on the other side is known, and what a block's proposer proves.
enum PeerTargets {
    private static let node = try? SecretKey([UInt8](repeating: 7, count: 32))
    private static let vrfKey = try? VRFSecretKey(validatorSeed: [UInt8](repeating: 7, count: 32))
    private static let alpha = Array("alpha".utf8)

    static func seeds(_ target: FuzzTarget) -> [[UInt8]] {
        switch target {
        case .peerFrame:
            let frames = [
                Frame(channel: nil, isLast: true, part: [2]), Frame(channel: .consensus, isLast: false, part: [1, 2]),
                Frame(channel: .snapshot, isLast: true, part: [3]), Frame(channel: .consensus, isLast: true, part: [4]),
            ]
            return [[3] + frames.flatMap(wire)]
        case .peerControl:
            let hello = PeerHello(
                chainId: 20_261, genesisHash: .zero, node: .zero, listenPort: 30_303, listenHost: "a.example",
                agent: "cairn")
            let address = try? PeerAddress(node: .zero, host: "10.0.0.1", port: 30_303)
            return [
                PeerControl.hello(hello), .accept, .refuse(.banned), .ping(7), .pong(7),
                .addresses(address.map { [$0] } ?? []),
            ].map(\.encoded)
        case .peerCertificate:
            guard let node, let key = try? EphemeralKey() else { return [] }
            return (try? NodeCertificate.make(key: key, node: node)).map { [$0] } ?? []
        case .vrfProof: return vrfKey.flatMap { try? VRF.prove(key: $0, alpha: alpha).bytes }.map { [$0] } ?? []
        default: return []
        }
    }

    private static func wire(_ frame: Frame) -> [UInt8] {
        Frame.header(length: frame.part.count, channel: frame.channel, isLast: frame.isLast) + frame.part
    }

    /// The first byte says into pieces of which size the rest is cut. However it is cut, the same frames come out, they
    /// are those on the wire, and the same offence ends them.
    static func frames(_ bytes: [UInt8]) {
        guard let size = bytes.first else { return }
        let stream = Array(bytes.dropFirst())
        let whole = read(stream, by: max(1, stream.count))
        let pieces = read(stream, by: Int(size) + 1)
        require(whole == pieces, "frames do not depend on how they arrive")
        require(stream.starts(with: whole.frames.flatMap(wire)), "frames are those on the wire")
        var assembler = MessageAssembler()
        for frame in whole.frames {
            guard let message = try? assembler.take(frame) else { continue }
            let limit = frame.channel.map(TransportLimits.messageBytes) ?? TransportLimits.controlBytes
            require(message.count <= limit, "a message is within its limit")
        }
    }

    private struct Outcome: Equatable {
        var frames: [Frame] = []
        var offence: PeerOffence?
    }

    private static func read(_ bytes: [UInt8], by size: Int) -> Outcome {
        var reader = FrameReader()
        var outcome = Outcome()
        for start in stride(from: 0, to: bytes.count, by: size) {
            reader.append(bytes[start..<min(bytes.count, start + size)])
            do throws(PeerOffence) {
                while let frame = try reader.next() { outcome.frames.append(frame) }
            } catch {
                outcome.offence = error
                return outcome
            }
        }
        return outcome
    }

    static func control(_ bytes: [UInt8]) {
        guard let message = try? PeerControl(decoding: bytes) else { return }
        // Of another version's hello only the number is read.
        if case .hello(let hello) = message, hello.version != PeerHello.currentVersion { return }
        require(message.encoded == bytes, "a control message has one encoding")
    }

    /// Whatever a peer shows in TLS, it names a node or is refused.
    static func certificate(_ bytes: [UInt8]) { _ = try? NodeCertificate.node(ofDER: bytes) }

    static func snapshot(_ bytes: [UInt8]) {
        if let message = try? SnapshotMessage(decoding: bytes) {
            require(message.encoded == bytes, "a message about snapshots has one encoding")
        }
    }

    /// One proof is accepted for one key and input.
    static func vrf(_ bytes: [UInt8]) {
        if let proof = try? VRFProof(bytes) { require(proof.bytes == bytes, "a proof has one encoding") }
        guard let vrfKey, let honest = try? VRF.prove(key: vrfKey, alpha: alpha) else {
            return require(false, "the sample key proves")
        }
        guard let output = try? VRF.verify(publicKey: vrfKey.publicKey, alpha: alpha, proof: bytes) else { return }
        require(output == honest.output, "a key and an input have one output")
    }
}
