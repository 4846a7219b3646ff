import ByteCodec
import ChainTypes
import Cryptography
import Mempool
import Replica
import SystemState

/// Who uses the chain: users who pay each other, and owners whose validators come and go.
extension Cluster {
    /// Honest nodes that would answer a client now.
    private var reachable: [Int] {
        nodes.indices.filter { nodes[$0].isUp && nodes[$0].isHonest && nodes[$0].pausedUntil <= now }
    }

    mutating func submitTransactions() throws(SimulationFailure) {
        let up = reachable
        guard !up.isEmpty else { return }
        for _ in 0..<((plan.transactionsPerSecond + 1) / 2) {
            let index = random.pick(up)
            let key = random.pick(SimulatedChain.users)
            let to = SimulatedChain.users[random.index(SimulatedChain.userCount)].publicKey.address
            try submit(by: key, at: index, gas: 60_000, to: to, value: UInt128(1 + random.below(1_000)))
            if !nodes[index].isUp { return }
        }
    }

    /// Offers a transaction as a client of this node would sign it.
    private mutating func submit(
        by key: SecretKey, at index: Int, gas: UInt64, to: Address, value: UInt128, data: [UInt8] = []
    ) throws(SimulationFailure) {
        guard let replica = nodes[index].replica else { return }
        let sender = key.publicKey.address
        let nonce = replica.ledger.accounts.account(at: sender)?.account.nonce ?? 0
        let transaction = try? OrdinaryTransaction(
            kind: .dynamicFee, chainId: SimulatedChain.chainId,
            nonce: replica.mempool.nextNonce(of: sender, accountNonce: nonce), maxPriorityFeePerGas: Unit.gwei,
            maxFeePerGas: 100 * Unit.gwei, gasLimit: gas, to: to, value: value, data: data
        ).sign(with: key)
        guard let transaction else { return }
        try feed(.submit(transaction, payload: nil), index)
    }

    // MARK: Validators that come and go

    /// Lets the owner of one validator do what the state of the node that it asks allows. Validators own themselves.
    mutating func changeValidators() throws(SimulationFailure) {
        guard plan.hasChurn, random.percent(50), let index = reachable.randomElement(using: &random),
            let system = nodes[index].replica?.ledger.system
        else { return }
        let members = plan.mayAllLeave ? chain.keys.indices : plan.powers.count..<chain.keys.count
        let keys = chain.keys[random.index(members.count) + members.lowerBound]
        guard let registered = system.registeredValidators[keys.address] else { return try register(keys, at: index) }
        if registered.isLeaving {
            guard registered.unbonding.allSatisfy({ $0.height <= system.height }) else { return }
            marks.hit("validator withdraws")
            try call("withdraw()", by: keys, at: index)
        } else if random.percent(50) {
            marks.hit("validator leaves")
            try call("leave()", by: keys, at: index)
        } else {
            marks.hit("stake raised")
            var arguments = ABIWriter()
            arguments.append(keys.address)
            try call("deposit(address)", arguments.encoded, by: keys, at: index, value: drawStake())
        }
    }

    private mutating func drawStake() -> UInt128 {
        chain.genesis.validating.powerUnit * UInt128(1 + random.below(3))
    }

    private mutating func register(_ keys: ValidatorKeys, at index: Int) throws(SimulationFailure) {
        guard
            let proofs = try? ValidatorRegistration.prove(
                signing: keys.signing, vrf: keys.vrf, chainId: SimulatedChain.chainId, owner: keys.address)
        else { return }
        marks.hit("validator joins")
        var arguments = ABIWriter()
        arguments.append(keys.signing.publicKey.compressed)
        arguments.append(proofs.signature.bytes)
        arguments.append(keys.vrf.publicKey.compressed)
        arguments.append(proofs.vrfProof)
        arguments.append(keys.address)
        try call(
            "register(bytes,bytes,bytes,bytes,address)", arguments.encoded, by: keys, at: index, value: drawStake())
    }

    private mutating func call(
        _ signature: String, _ arguments: [UInt8] = [], by keys: ValidatorKeys, at index: Int, value: UInt128 = 0
    ) throws(SimulationFailure) {
        try submit(
            by: keys.signing, at: index, gas: 300_000, to: SystemContract.validators.address, value: value,
            data: ABI.selector(signature) + arguments)
    }
}
