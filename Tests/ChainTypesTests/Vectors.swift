import ByteCodec
import ChainTypes
import Cryptography
import Foundation

/// Files in Tests/Vectors.
enum Vectors {
    static func load<Value: Decodable>(_ name: String, file: StaticString = #filePath) throws -> Value {
        let folder = URL(filePath: "\(file)").deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Vectors").appending(path: name))
        return try JSONDecoder().decode(Value.self, from: data)
    }
}

/// A text in a vector that is not what it should be.
struct MalformedVector: Error {
    var text: String
}

extension String {
    func bytes() throws -> [UInt8] {
        guard let bytes = Hex.decode(self, requirePrefix: true) else { throw MalformedVector(text: self) }
        return bytes
    }
    func bytes32() throws -> Bytes32 {
        guard let value = Bytes32(hex: self) else { throw MalformedVector(text: self) }
        return value
    }
    func address() throws -> Address {
        guard let value = Address(hex: self) else { throw MalformedVector(text: self) }
        return value
    }
    func integer<Value: FixedWidthInteger>() throws -> Value {
        guard let value = Value(self) else { throw MalformedVector(text: self) }
        return value
    }
    func secretKey() throws -> SecretKey { try SecretKey(try bytes()) }
}
