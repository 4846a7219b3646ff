import ByteCodec
import CommandShell
import Cryptography
import NodeRuntime

/// Addresses as people write them.
enum AddressArgument {
    /// 40 hex digits behind 0x, or "dev0" to "dev9". Mixed letter case must be the checksum of EIP-55.
    static func parse(_ text: String) throws(CommandFailure) -> Address {
        if let index = devnetIndex(text) { return try devnetKey(index).publicKey.address }
        guard text.hasPrefix("0x"), let address = Address(hex: text) else {
            throw .usage("\(text) is no address: expected 0x and 40 hex digits, or dev0 to dev9")
        }
        let digits = text.dropFirst(2)
        let isMixed = digits.contains { $0.isUppercase } && digits.contains { $0.isLowercase }
        guard !isMixed || text == address.checksummed else {
            throw .usage("\(text) does not match its checksum (EIP-55): is a digit wrong?")
        }
        return address
    }

    /// n of "devN", for the ten accounts of a devnet.
    static func devnetIndex(_ text: String) -> Int? {
        guard text.hasPrefix("dev"), let index = Int(text.dropFirst(3)), (0..<DevnetKeys.accountCount).contains(index),
            text == "dev\(index)"
        else { return nil }
        return index
    }

    static func devnetKey(_ index: Int) throws(CommandFailure) -> SecretKey {
        do { return try DevnetKeys.account(index) } catch {
            throw CommandFailure("there is no devnet account \(index)")
        }
    }
}
