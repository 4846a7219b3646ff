import ByteCodec
import ChainTypes
import Cryptography
import JSONRPC

/// A call to a system contract, as a transaction or a view.
struct ContractCall: Sendable {
    var to: Address
    var value: UInt128 = 0
    var data: [UInt8]

    init(
        _ contract: SystemContract, _ signature: String, value: UInt128 = 0,
        _ arguments: (inout ABIWriter) -> Void = { _ in }
    ) {
        var writer = ABIWriter()
        arguments(&writer)
        to = contract.address
        self.value = value
        data = ABI.selector(signature) + writer.encoded
    }

    /// The parameter of `eth_call`.
    var json: JSONValue { ["to": .string("\(to)"), "data": .string(Hex.encode(data))] }
}

/// The calls that the command line makes.
enum ContractCalls {
    static func register(operatorKey: Address, recipient: Address, stake: UInt128) -> ContractCall {
        ContractCall(.proverRegistry, "register(address,address)", value: stake) {
            $0.append(operatorKey)
            $0.append(recipient)
        }
    }

    static func deposit(owner: Address, amount: UInt128) -> ContractCall {
        ContractCall(.proverRegistry, "deposit(address)", value: amount) { $0.append(owner) }
    }

    /// `pause()`, `resume()`, `leave()`, `withdraw()` or `unjail()` of the sender's own prover.
    static func registry(_ function: String) -> ContractCall { ContractCall(.proverRegistry, "\(function)()") }

    /// `setOperator(address)` or `setRecipient(address)` of the sender's own prover.
    static func registry(_ function: String, _ address: Address) -> ContractCall {
        ContractCall(.proverRegistry, "\(function)(address)") { $0.append(address) }
    }

    static var claim: ContractCall { ContractCall(.claims, "claim()") }

    static func claim(for beneficiary: Address) -> ContractCall {
        ContractCall(.claims, "claimFor(address)") { $0.append(beneficiary) }
    }

    static func claimable(_ account: Address) -> ContractCall {
        ContractCall(.claims, "claimable(address)") { $0.append(account) }
    }
}
