import ByteCodec
import ChainTypes
import Cryptography
import Replica
import SystemState

/// Rules of blocks written a second time, from the specification and not from the code that nodes run.
enum RefereeRules {
    // MARK: Receipts

    /// Gas, bloom and root of a block's receipts, from the logs up.
    static func faultOfReceipts(_ committed: CommittedBlock) -> String? {
        let (header, receipts) = (committed.block.header, committed.receipts)
        guard receipts.count == committed.block.transactions.count else { return "another number of receipts" }
        var (gas, items, bloom) = (UInt64(0), [[UInt8]](), [UInt8](repeating: 0, count: 256))
        for (receipt, transaction) in zip(receipts, committed.transactions) {
            gas += receipt.gasUsed
            guard receipt.cumulativeGasUsed == gas else { return "gas that does not add up" }
            if case .ordinary(let ordinary) = transaction.body, receipt.gasUsed > ordinary.gasLimit {
                return "more gas than a transaction allows"
            }
            items.append(encoding(receipt, &bloom))
        }
        let system = Receipt(
            kind: .proving, succeeded: true, gasUsed: 0, cumulativeGasUsed: gas, effectiveGasPrice: 0,
            logs: committed.systemLogs)
        items.append(encoding(system, &bloom))
        if header.gasUsed != gas || gas > header.gasLimit { return "wrong gas" }
        if header.logsBloom.bytes != bloom { return "another bloom" }
        return header.receiptsRoot == root(items[...]) ? nil : "another receipts root"
    }

    /// rlp([status, gas, bloom, logs]) behind the type (EIP-658, EIP-2718); its bits go into the block's bloom.
    private static func encoding(_ receipt: Receipt, _ block: inout [UInt8]) -> [UInt8] {
        var bloom = [UInt8](repeating: 0, count: 256)
        var logs: [UInt8] = []
        for log in receipt.logs {
            for item in [log.address.bytes] + log.topics.map(\.bytes) {
                let hash = Keccak256.hash(item).bytes
                for pair in 0..<3 {
                    let bit = (Int(hash[2 * pair]) << 8 | Int(hash[2 * pair + 1])) & 2_047
                    bloom[255 - bit / 8] |= 1 << (bit % 8)
                }
            }
            let topics = log.topics.flatMap { string($0.bytes) }
            logs += list(string(log.address.bytes) + list(topics) + string(log.data))
        }
        for place in bloom.indices { block[place] |= bloom[place] }
        let gas = Array(receipt.cumulativeGasUsed.bigEndianBytes.drop { $0 == 0 })
        let body = list(string(receipt.succeeded ? [1] : []) + string(gas) + string(bloom) + list(logs))
        return receipt.kind.rawValue == 0 ? body : [receipt.kind.rawValue] + body
    }

    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        bytes.count == 1 && bytes[0] < 0x80 ? bytes : length(0x80, bytes.count) + bytes
    }

    private static func list(_ items: [UInt8]) -> [UInt8] { length(0xc0, items.count) + items }

    private static func length(_ base: UInt8, _ count: Int) -> [UInt8] {
        guard count > 55 else { return [base + UInt8(count)] }
        let digits = UInt64(count).bigEndianBytes.drop { $0 == 0 }
        return [base + 55 + UInt8(digits.count)] + digits
    }

    /// RFC 6962's tree, by its recursion.
    private static func root(_ items: ArraySlice<[UInt8]>) -> Bytes32 {
        guard let first = items.first else { return Keccak256.hash([]) }
        guard items.count > 1 else { return Keccak256.hash([0] + first) }
        var half = 1
        while 2 * half < items.count { half *= 2 }
        let middle = items.startIndex + half
        return Keccak256.hash([1] + root(items[..<middle]).bytes + root(items[middle...]).bytes)
    }

    // MARK: Accounts

    /// What plain transfers make of the accounts: the sender pays gas at its price and the value, the recipient gets
    /// the value. Nil also where a block does anything else.
    static func faultOfTransfers(_ committed: CommittedBlock, on accounts: MemoryAccounts) -> String? {
        var balances: [Address: UInt128] = [:]
        func balance(_ address: Address) -> UInt128 {
            balances[address] ?? accounts.account(at: address)?.account.balance ?? 0
        }
        for (transaction, receipt) in zip(committed.transactions, committed.receipts) {
            guard case .ordinary(let ordinary) = transaction.body, ordinary.data.isEmpty, let to = ordinary.to,
                SystemContract(address: to) == nil, receipt.succeeded
            else { return nil }
            let isNew = balances[to] == nil && accounts.account(at: to) == nil
            guard receipt.gasUsed == 21_000 + (isNew && ordinary.value > 0 ? 25_000 : 0) else {
                return "a transfer for another price"
            }
            let fee = UInt128(receipt.gasUsed) * receipt.effectiveGasPrice
            guard receipt.effectiveGasPrice >= committed.block.header.baseFee,
                balance(transaction.sender) >= fee + ordinary.value
            else { return "a transfer that its sender cannot pay" }
            balances[transaction.sender] = balance(transaction.sender) - fee - ordinary.value
            balances[to] = balance(to) + ordinary.value
        }
        for change in committed.accounts where change.account.balance != balance(change.account.address) {
            return "another balance of \(change.account.address) than its transfers give"
        }
        let changed = Set(committed.accounts.map(\.account.address))
        return balances.keys.allSatisfy(changed.contains) ? nil : "a transfer that changes nothing"
    }

    // MARK: Validators

    /// The set two heights after a state: whoever has stake, is active by then, does not leave and is not jailed; the
    /// strongest, smaller addresses first among equals; the set before where there is nobody.
    static func faultOfElection(_ state: SystemState) -> String? {
        let (rules, height) = (state.genesis.validating, state.height + 2)
        guard let before = state.validators(at: state.height + 1), let set = state.validators(at: height) else {
            return "no set two heights on"
        }
        var powers: [(power: UInt128, address: Address)] = []
        for (address, validator) in zip(state.registeredValidators.keys, state.registeredValidators.values) {
            guard validator.leavingAt == nil, validator.jailedAt == nil, validator.activeFrom <= height,
                !state.tombstones.contains(address), validator.stake >= rules.minimumStake, validator.stake > 0
            else { continue }
            let cap = UInt128(Limits.maxTotalPower) / UInt128(Limits.maxValidators)
            powers.append((min(max(1, validator.stake / rules.powerUnit), cap), address))
        }
        powers.sort { $0.power == $1.power ? $0.address < $1.address : $0.power > $1.power }
        let elected = powers.prefix(Int(rules.maxValidators)).sorted { $0.address < $1.address }
        let expected =
            elected.isEmpty ? before.validators.map { (power: UInt128($0.power), address: $0.address) } : elected
        let found = set.validators.map { (power: UInt128($0.power), address: $0.address) }
        guard expected.elementsEqual(found, by: ==) else { return "another set than the stakes give" }
        let total = found.reduce(0) { $0 + $1.power }
        return found.allSatisfy { $0.power > 0 } && total <= UInt128(Limits.maxTotalPower) ? nil : "impossible powers"
    }

    // MARK: Evidence

    /// Evidence in a block: two messages of one member of the set of their height that contradict each other, signed,
    /// young enough, by rising place, once for each who is not punished yet.
    static func faultOfEvidence(_ block: Block, after state: SystemState) -> String? {
        var last: [UInt8] = []
        var accused: Set<Address> = []
        for shown in block.evidence {
            let messages: [(place: [UInt64], validator: Address, content: [UInt8], signature: RecoverableSignature)]
            let chainId = block.header.chainId
            switch shown {
            case .votes(let one, let two):
                messages = [one, two].map {
                    (
                        [$0.height, UInt64($0.round), UInt64($0.type.rawValue)], $0.validator,
                        ConsensusSignBytes.vote(
                            chainId: chainId, type: $0.type, height: $0.height, round: $0.round,
                            blockHash: $0.blockHash), $0.signature
                    )
                }
            case .proposals(let one, let two):
                messages = [one, two].map {
                    (
                        [$0.height, UInt64($0.round), 0], $0.proposer,
                        ConsensusSignBytes.proposal(
                            chainId: chainId, height: $0.height, round: $0.round, validRound: $0.validRound,
                            blockHash: $0.blockHash), $0.signature
                    )
                }
            }
            let (one, two) = (messages[0], messages[1])
            guard one.place == two.place, one.validator == two.validator else { return "two messages of two places" }
            guard one.content != two.content else { return "one message twice" }
            let (height, age) = (one.place[0], state.genesis.validating.evidenceAge)
            guard height <= block.header.height, block.header.height - height <= age else { return "stale evidence" }
            guard state.validators(at: height)?.validators.contains(where: { $0.address == one.validator }) == true
            else { return "evidence against somebody who was no validator" }
            for message in messages {
                let signer = try? message.signature.recoverAddress(digest: Keccak256.hash(message.content))
                guard signer == message.validator else { return "evidence with a forged signature" }
            }
            guard !state.tombstones.contains(one.validator), accused.insert(one.validator).inserted else {
                return "evidence against somebody who is punished already"
            }
            let place = one.place.flatMap(\.bigEndianBytes) + one.validator.bytes
            guard last.lexicographicallyPrecedes(place) else { return "evidence out of order" }
            last = place
        }
        return nil
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> UInt64($0)) }
    }
}
