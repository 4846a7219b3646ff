import ByteCodec
import ChainTypes
import Execution
import JSONRPC
import ProvingRules
import Replica
import SystemState

/// What `eth_call` and `eth_estimateGas` are asked about.
struct CallRequest: Sendable {
    var from: Address?
    var to: Address?
    var gas: UInt64?
    var value: UInt128
    var data: [UInt8]
    var accessList: [AccessListEntry]

    init(_ argument: RPCArgument) throws(RPCError) {
        from = try argument.member("from").ifPresent?.address()
        to = try argument.member("to").ifPresent?.address()
        gas = try argument.member("gas").ifPresent?.quantity64()
        value = try argument.member("value").ifPresent?.quantity() ?? 0
        let input = try argument.member("input").ifPresent?.data(atMost: Limits.maxTransactionBytes)
        let data = try argument.member("data").ifPresent?.data(atMost: Limits.maxTransactionBytes)
        if let input, let data, input != data {
            throw .invalidParams("invalid argument 0: both input and data are given and differ")
        }
        self.data = input ?? data ?? []
        accessList = []
        guard let entries = try argument.member("accessList").ifPresent else { return }
        for entry in try entries.elements(atMost: Limits.maxAccessListEntries) {
            var keys: [Bytes32] = []
            for key in try entry.member("storageKeys").elements(atMost: Limits.maxAccessListKeys) {
                keys.append(try key.hash())
            }
            accessList.append(AccessListEntry(address: try entry.member("address").address(), storageKeys: keys))
        }
    }
}

/// Why a call would fail.
enum CallFailure: Error, Sendable {
    case reverted(String)
    case insufficientFunds(balance: UInt128, cost: UInt128)
}

/// Tries calls on a copy of the state after the last block, as if they stood in the next one.
struct CallTrial {
    let ledger: Ledger

    /// Answers a view, or tries a function that changes state and answers nothing.
    func run(_ request: CallRequest, _ contract: SystemContract) -> Result<[UInt8], CallFailure> {
        switch ContractViews.answer(request.data, contract: contract, state: ledger.system) {
        case .success(let answer): return .success(answer)
        case .failure(.unknownFunction): return execute(request, contract).map { _ in [] }
        case .failure(let rejection): return .failure(.reverted(rejection.reason))
        }
    }

    /// Gas that the transaction would use: all of it is known beforehand.
    func estimate(_ request: CallRequest) -> Result<UInt64, CallFailure> {
        let schedule = ledger.system.genesis.chain.gas
        let transaction = OrdinaryTransaction(
            kind: .dynamicFee, chainId: ledger.system.genesis.chainId, nonce: 0, maxPriorityFeePerGas: 0,
            maxFeePerGas: 0, gasLimit: 0, to: request.to, value: request.value, data: request.data,
            accessList: request.accessList)
        let intrinsic = schedule.intrinsicGas(of: transaction)
        var credited: Address?
        if let to = request.to, let contract = SystemContract(address: to) {
            // A view reverts here: as a transaction it would be included and fail.
            switch execute(request, contract) {
            case .success(let address): credited = address
            case .failure(let failure): return .failure(failure)
            }
        } else {
            if let failure = fundsFailure(request) { return .failure(failure) }
            credited = request.value > 0 ? request.to : nil
        }
        let creates = credited.map { ledger.accounts.account(at: $0) == nil } ?? false
        return .success(creates ? intrinsic &+ schedule.accountCreation : intrinsic)
    }

    private func fundsFailure(_ request: CallRequest) -> CallFailure? {
        guard let from = request.from, request.value > 0 else { return nil }
        let balance = ledger.accounts.account(at: from)?.account.balance ?? 0
        return balance < request.value ? .insufficientFunds(balance: balance, cost: request.value) : nil
    }

    /// Executes a call on a copy. Returns the account that a claim pays, nil otherwise.
    private func execute(_ request: CallRequest, _ contract: SystemContract) -> Result<Address?, CallFailure> {
        let call: ContractCall
        do {
            call = try ContractCall.decode(request.data, to: contract)
        } catch {
            return .failure(.reverted(error.reason))
        }
        guard call.isPayable || request.value == 0 else { return .failure(.reverted("this function takes no value")) }
        if let failure = fundsFailure(request) { return .failure(failure) }
        let owner = request.from ?? .zero
        var state = ledger.system
        state.height += 1
        switch call {
        case .claim: return claim(owner, state)
        case .claimFor(let beneficiary): return claim(beneficiary, state)
        default:
            switch call.apply(owner: owner, value: request.value, state: &state) {
            case .success: return .success(nil)
            case .failure(let refusal): return .failure(.reverted(refusal.reason))
            }
        }
    }

    private func claim(_ beneficiary: Address, _ state: SystemState) -> Result<Address?, CallFailure> {
        guard state.claimable[beneficiary] != nil else { return .failure(.reverted("nothing to claim")) }
        guard
            ledger.accounts.account(at: beneficiary) != nil || UInt64(ledger.accounts.accountCount) < Limits.maxAccounts
        else { return .failure(.reverted("the account tree is full")) }
        return .success(beneficiary)
    }
}
