package import ByteCodec
import Cryptography

/// Addresses of the lab's actors. Nothing is signed in it: the rules are given addresses.
package enum LabKeys {
    package static func owner(_ index: Int) -> Address { address("owner \(index)") }
    /// Operator keys are numbered within a prover: rotation takes the next.
    package static func operatorKey(_ index: Int, _ generation: Int = 0) -> Address {
        address("operator \(index) \(generation)")
    }
    package static func recipient(_ index: Int, _ generation: Int = 0) -> Address {
        address("recipient \(index) \(generation)")
    }
    package static func validator(_ index: Int) -> Address { address("validator \(index)") }

    private static func address(_ name: String) -> Address {
        Address(lowBytesOf: Keccak256.hash(utf8: "cairn lab \(name)"))
    }
}
