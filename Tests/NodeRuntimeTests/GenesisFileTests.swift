import ChainTypes
import Cryptography
import Foundation
import NodeRuntime
import Testing

struct GenesisFileTests {
    private static let timestamp: UInt64 = 1_700_000_000_123

    private static func complete() throws -> Genesis {
        let template = try GenesisFile.parseTemplate(try Repository.bytes("Genesis/devnet.json"))
        return try DevnetGenesis.make(
            template: template, validators: 2, provers: 3, blockIntervalMilliseconds: 500, timestamp: timestamp
        ).genesis
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var genesis = try Self.complete()
        genesis.accounts[3].nonce = 7
        genesis.proving.rewards.t5.penaltyProverNotReused = 99
        genesis.proving.maxIssuancePerJob = .max
        genesis.proving.proofProfile = "a \"name\" with a \\"
        let text = GenesisFile.write(genesis)
        #expect(try GenesisFile.parse(Array(text.utf8)) == genesis)
        #expect(GenesisFile.write(try GenesisFile.parse(Array(text.utf8))) == text)
    }

    @Test func theDevnetTemplateMakesAGenesisWithoutErrors() throws {
        let genesis = try Self.complete()
        #expect(genesis.validate().filter { $0.severity == .error } == [])
        #expect(genesis.chain.blockIntervalMilliseconds == 500)
        #expect(genesis.timestamp == Self.timestamp)
    }

    @Test func aTemplateIsNotAGenesis() throws {
        #expect(throws: GenesisFileError.missing(path: "timestamp")) {
            try GenesisFile.parse(try Repository.bytes("Genesis/devnet.json"))
        }
    }

    @Test func aTextThatIsNoJSONIsToldWithItsLine() throws {
        #expect(throws: GenesisFileError.malformed(path: "chainId", "unexpected byte at line 3, byte 14")) {
            try GenesisFile.parse(Array("{\n\n  \"chainId\": oops}".utf8))
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var find: String
        var replacement: String
        var error: GenesisFileError
        var testDescription: String { "\(error)" }
    }

    static let u64 = "an integer from 0 to 18446744073709551615"
    static let damages = [
        Damage(
            find: "\"transfer\": 21000", replacement: "\"transfer\": \"21000\"",
            error: .wrongType(path: "chain.gas.transfer", expected: u64, found: "\"21000\"")),
        Damage(
            find: "\"transfer\": 21000", replacement: "\"transfer\": -1",
            error: .wrongType(path: "chain.gas.transfer", expected: u64, found: "-1")),
        Damage(
            find: "\"transfer\": 21000", replacement: "\"transfer\": 21e3",
            error: .wrongType(path: "chain.gas.transfer", expected: u64, found: "a number")),
        Damage(
            find: "\"transfer\": 21000,", replacement: "", error: .missing(path: "chain.gas.transfer")),
        Damage(
            find: "\"transfer\": 21000", replacement: "\"transfer\": 21000, \"transfers\": 1",
            error: .unknown(path: "chain.gas.transfers")),
        Damage(
            find: "\"transfer\": 21000", replacement: "\"transfer\": 21000, \"transfer\": 21000",
            error: .duplicate(path: "chain.gas.transfer")),
        Damage(
            find: "\"chainId\": 20261", replacement: "\"chainId\": 20261, \"chainID\": 1",
            error: .unknown(path: "chainID")),
        Damage(
            find: "\"preset\": \"devnet\"", replacement: "\"preset\": \"testnet\"",
            error: .wrongType(path: "proving.preset", expected: "\"source\" or \"devnet\"", found: "\"testnet\"")),
        Damage(
            find: "\"isDevnet\": true", replacement: "\"isDevnet\": 1",
            error: .wrongType(path: "isDevnet", expected: "true or false", found: "1")),
        Damage(
            find: "\"maxInstanceLogHeight\": 11", replacement: "\"maxInstanceLogHeight\": 256",
            error: .wrongType(
                path: "proving.maxInstanceLogHeight", expected: "an integer from 0 to 255", found: "256")),
        Damage(
            find: "\"rewardUnit\": \"1000000000000000\"", replacement: "\"rewardUnit\": \"01\"",
            error: .wrongType(
                path: "proving.rewardUnit", expected: "wei as a string of decimal digits", found: "\"01\"")),
        Damage(
            find: "\"t5\": 6,", replacement: "\"t5\": 6, \"t6\": 6,", error: .unknown(path: "proving.windows.t6")),
        Damage(
            find: "\"address\": \"0x70997970", replacement: "\"address\": \"0x7099797",
            error: .wrongType(
                path: "accounts[1].address", expected: "an address of 20 bytes in hex with 0x",
                found: "\"0x7099797c51812dc3a010c7d01b50e0d17dc79c8\"")),
        Damage(
            find: "\"provers\": [", replacement: "\"provers\": [ 5, ",
            error: .wrongType(path: "provers[0]", expected: "an object", found: "5")),
    ]

    @Test(arguments: damages) func namesWhatIsWrong(_ damage: Damage) throws {
        let text = GenesisFile.write(try Self.complete())
            .replacingOccurrences(of: damage.find, with: damage.replacement)
        #expect(throws: damage.error) { try GenesisFile.parse(Array(text.utf8)) }
    }

    @Test(arguments: ["", "[]", "{", "{\"chainId\": 1,}", "{} {}"]) func refusesWhatIsNotAnObject(_ text: String) {
        #expect(throws: GenesisFileError.self) { try GenesisFile.parse(Array(text.utf8)) }
    }

    @Test func theKnownKeysOpenTheFundedAccounts() throws {
        let genesis = try Self.complete()
        for index in 0..<DevnetKeys.accountCount {
            #expect(try DevnetKeys.account(index).publicKey.address == genesis.accounts[index].address)
        }
        for prover in genesis.provers {
            #expect(genesis.accounts.contains { $0.address == prover.owner && $0.balance > 0 })
            #expect(prover.stake == 1_000 * Unit.cairn)
        }
    }
}
