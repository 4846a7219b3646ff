package import ByteCodec

extension Address {
    /// Mixed-case hexadecimal whose letter case is a checksum (EIP-55).
    package var checksummed: String {
        let digits = Array(Hex.encode(bytes, prefix: false).utf8)
        let hash = Keccak256.hash(digits).bytes
        var text: [UInt8] = [0x30, 0x78]
        for (index, digit) in digits.enumerated() {
            let nibble = index.isMultiple(of: 2) ? hash[index / 2] >> 4 : hash[index / 2] & 0x0f
            text.append(digit >= 0x61 && nibble >= 8 ? digit - 0x20 : digit)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
