import ByteCodec
import Cryptography
import Testing

@Suite struct AddressTests {
    /// The examples of EIP-55.
    @Test(
        arguments: [
            "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
            "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ])
    func letterCaseIsTheChecksum(_ text: String) {
        #expect(Address(hex: text)?.checksummed == text)
    }

    /// Accounts of the mnemonic "test test test test test test test test test test test junk", and key 1.
    @Test(
        arguments: [
            (
                "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
                "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
            ),
            (
                "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
                "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
            ),
            (
                "0000000000000000000000000000000000000000000000000000000000000001",
                "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
            ),
        ])
    func addressOfAKey(_ key: String, _ address: String) throws {
        let key = try SecretKey(#require(Hex.decode(key)))
        #expect(key.publicKey.address.checksummed == address)
    }

    @Test func selectorsAndTopics() {
        #expect(ABI.selector("transfer(address,uint256)") == [0xa9, 0x05, 0x9c, 0xbb])
        #expect(ABI.selector("baz(uint32,bool)") == [0xcd, 0xcd, 0x77, 0xc0])
        #expect(ABI.selector("Error(string)") == ABIRevert.errorSelector)
        #expect(
            ABI.eventTopic("Transfer(address,address,uint256)").description
                == "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
    }
}
