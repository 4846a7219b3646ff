package import ByteCodec

/// What nodes tell each other first, inside TLS.
package struct PeerHello: Hashable, Sendable {
    /// Version of the peer protocol: frames, control messages and what the channels carry.
    package static let currentVersion: UInt16 = 2
    package static let maxAgentBytes = 128

    package var version: UInt16
    package var chainId: UInt64
    package var genesisHash: Bytes32
    package var node: Address
    /// Port on which the node takes peers; 0 when it takes none.
    package var listenPort: UInt16
    /// Host to reach it at; empty for the address that the connection comes from.
    package var listenHost: String
    package var agent: String

    package init(
        version: UInt16 = currentVersion, chainId: UInt64, genesisHash: Bytes32, node: Address, listenPort: UInt16,
        listenHost: String, agent: String
    ) {
        self.version = version
        self.chainId = chainId
        self.genesisHash = genesisHash
        self.node = node
        self.listenPort = listenPort
        self.listenHost = listenHost
        self.agent = agent
    }
}

/// Control messages: the first byte says which.
package enum PeerControl: Hashable, Sendable {
    case hello(PeerHello)
    case accept
    case refuse(PeerRefusal)
    case ping(UInt64)
    case pong(UInt64)
    case addresses([PeerAddress])

    /// Why bytes are no control message.
    package enum Rejection: Error, Hashable, Sendable {
        case reader(ByteReaderError)
        case unknownKind
        case unknownRefusal
        case invalidText
        case invalidAddress(PeerAddress.Rejection)
    }
}

extension PeerControl {
    /// First bytes.
    private enum Kind: UInt8 {
        case hello = 1
        case accept, refuse, ping, pong, addresses
    }

    package var encoded: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .hello(let hello):
            writer.u8(Kind.hello.rawValue)
            writer.u16(hello.version)
            writer.u64(hello.chainId)
            writer.bytes32(hello.genesisHash)
            writer.address(hello.node)
            writer.u16(hello.listenPort)
            writer.bytes(Array(hello.listenHost.utf8))
            writer.bytes(Array(hello.agent.utf8.prefix(PeerHello.maxAgentBytes)))
        case .accept: writer.u8(Kind.accept.rawValue)
        case .refuse(let refusal):
            writer.u8(Kind.refuse.rawValue)
            writer.u8(refusal.rawValue)
        case .ping(let number):
            writer.u8(Kind.ping.rawValue)
            writer.u64(number)
        case .pong(let number):
            writer.u8(Kind.pong.rawValue)
            writer.u64(number)
        case .addresses(let list):
            writer.u8(Kind.addresses.rawValue)
            writer.u32(UInt32(clamping: list.count))
            for address in list {
                writer.address(address.node)
                writer.bytes(Array(address.host.utf8))
                writer.u16(address.port)
            }
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(Rejection) {
        var reader = ByteReader(bytes)
        do {
            self = try Self.read(&reader)
            try reader.expectEnd()
        } catch let error as ByteReaderError {
            throw .reader(error)
        } catch let error as Rejection {
            throw error
        } catch {
            throw .unknownKind
        }
    }

    private static func read(_ reader: inout ByteReader) throws -> PeerControl {
        switch Kind(rawValue: try reader.u8()) {
        case .hello:
            // Whatever a later version appends after its number, the number itself can be read and refused by name.
            let version = try reader.u16()
            guard version == PeerHello.currentVersion else {
                _ = try reader.raw(reader.remaining)
                return .hello(
                    PeerHello(
                        version: version, chainId: 0, genesisHash: .zero, node: .zero, listenPort: 0, listenHost: "",
                        agent: ""))
            }
            return .hello(
                PeerHello(
                    version: version, chainId: try reader.u64(), genesisHash: try reader.bytes32(),
                    node: try reader.address(), listenPort: try reader.u16(),
                    listenHost: try text(&reader, PeerAddress.maxHostBytes),
                    agent: try text(&reader, PeerHello.maxAgentBytes)))
        case .accept: return .accept
        case .refuse:
            guard let refusal = PeerRefusal(rawValue: try reader.u8()) else { throw Rejection.unknownRefusal }
            return .refuse(refusal)
        case .ping: return .ping(try reader.u64())
        case .pong: return .pong(try reader.u64())
        case .addresses:
            var list: [PeerAddress] = []
            for _ in 0..<(try reader.count(max: TransportLimits.exchangeEntries)) {
                let node = try reader.address()
                let host = try text(&reader, PeerAddress.maxHostBytes)
                do { list.append(try PeerAddress(node: node, host: host, port: try reader.u16())) } catch let error
                    as PeerAddress.Rejection
                { throw Rejection.invalidAddress(error) }
            }
            return .addresses(list)
        case nil: throw Rejection.unknownKind
        }
    }

    /// Printable ASCII: it is shown in terminals and logs.
    private static func text(_ reader: inout ByteReader, _ limit: Int) throws -> String {
        let bytes = try reader.bytes(maxCount: limit)
        guard bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) else { throw Rejection.invalidText }
        return String(decoding: bytes, as: UTF8.self)
    }
}
