package import ByteCodec
package import ChainTypes
import Cryptography
import ProofField
package import ProvingRules
package import SystemState

/// The ABI events of the system contracts. Signatures are those of `Genesis/abi`.
package enum EventLogs {
    /// The log that reports `event`. Jobs are named by id, taken from the state that the event left behind.
    package static func log(_ event: ProvingEvent, state: SystemState) -> Log {
        func id(_ number: UInt64) -> Bytes32 { state.jobs[number]?.id ?? .zero }
        func job(_ number: UInt64, _ signature: String, _ topic: Bytes32? = nil, _ data: (inout ABIWriter) -> Void)
            -> Log
        {
            make(.provingJobs, signature, [id(number)] + (topic.map { [$0] } ?? []), data)
        }
        func registry(_ signature: String, _ owner: Address, _ data: (inout ABIWriter) -> Void) -> Log {
            make(.proverRegistry, signature, [word(owner)], data)
        }
        switch event {
        case .jobSelected(let number, _, let first, let last, let attempt, let provers):
            return job(number, "JobSelected(bytes32,uint64,uint64,uint32,address[])", Bytes32(UInt128(first))) {
                $0.append(last)
                $0.append(UInt64(attempt))
                $0.appendArray(provers) { $0.append($1) }
            }
        case .blockSplit(let height, let subBlocks):
            return make(.provingJobs, "BlockSplit(uint64,uint32)", [Bytes32(UInt128(height))]) {
                $0.append(UInt64(subBlocks))
            }
        case .subBlockSelected(let number, let height, let subBlock, let count):
            return job(number, "SubBlockSelected(bytes32,uint64,uint32,uint32)", Bytes32(UInt128(height))) {
                $0.append(UInt64(subBlock))
                $0.append(UInt64(count))
            }
        case .blockAggregated(let number, let height, let prover):
            return job(number, "BlockAggregated(bytes32,uint64,address)", Bytes32(UInt128(height))) {
                $0.append(prover)
            }
        case .committed(let number, let prover, let phase):
            return job(number, "Committed(bytes32,address,uint8)", word(prover)) { $0.append(UInt64(phase.rawValue)) }
        case .instancesReassigned(let number, let count):
            return job(number, "InstancesReassigned(bytes32,uint32)") { $0.append(UInt64(count)) }
        case .t1Closed(let number, let commitments, let gap):
            return job(number, "T1Closed(bytes32,uint32,bool)") {
                $0.append(UInt64(commitments))
                $0.append(gap)
            }
        case .challengeSet(let number, let challenge):
            return job(number, "ChallengeSet(bytes32,bytes32)") {
                $0.append(Bytes32(challenge.bytes) ?? .zero)
            }
        case .submitted(let number, let prover, let instances):
            return job(number, "Submitted(bytes32,address,uint32)", word(prover)) { $0.append(UInt64(instances)) }
        case .partialsComplete(let number):
            return job(number, "PartialsComplete(bytes32)") { _ in }
        case .fullProofAccepted(let number, let prover, let phase, let reused):
            return job(number, "FullProofAccepted(bytes32,address,uint8,uint32)", word(prover)) {
                $0.append(UInt64(phase.rawValue))
                $0.append(UInt64(reused))
            }
        case .proofRejected(let number, let prover, let phase):
            return job(number, "ProofRejected(bytes32,address,uint8)", word(prover)) {
                $0.append(UInt64(phase.rawValue))
            }
        case .phaseOpened(let number, let phase, let endsAt):
            return job(number, "PhaseOpened(bytes32,uint8,uint64)") {
                $0.append(UInt64(phase.rawValue))
                $0.append(endsAt)
            }
        case .jobProven(let number, let first, let last):
            return job(number, "JobProven(bytes32,uint64,uint64)", Bytes32(UInt128(first))) { $0.append(last) }
        case .jobRetried(let number, let next, let attempt):
            return job(number, "JobRetried(bytes32,bytes32,uint32)") {
                $0.append(id(next))
                $0.append(UInt64(attempt))
            }
        case .jobClosed(let number, let outcome):
            return job(number, "JobClosed(bytes32,uint8)") { $0.append(UInt64(outcome.rawValue)) }
        case .paid(let number, let account, let reason, let amount):
            return job(number, "RewardPaid(bytes32,address,uint256,string)", word(account.address)) {
                $0.append(amount)
                $0.append(reason.name)
            }
        case .penalised(let number, let prover, let reason, let amount):
            return job(number, "Penalised(bytes32,address,uint256,string)", word(prover)) {
                $0.append(amount)
                $0.append(reason.name)
            }
        case .provenHeightAdvanced(let height):
            return make(.provingJobs, "ProvenHeightAdvanced(uint64)", []) { $0.append(height) }
        case .proverRegistered(let owner, let operatorKey, let recipient, let stake):
            return make(
                .proverRegistry, "ProverRegistered(address,address,address,uint256)", [word(owner), word(operatorKey)]
            ) {
                $0.append(recipient)
                $0.append(stake)
            }
        case .deposited(let owner, let amount, let activeFrom):
            return registry("StakeDeposited(address,uint256,uint64)", owner) {
                $0.append(amount)
                $0.append(activeFrom)
            }
        case .paused(let owner): return registry("ProverPaused(address)", owner) { _ in }
        case .resumed(let owner, let activeFrom):
            return registry("ProverResumed(address,uint64)", owner) { $0.append(activeFrom) }
        case .leaving(let owner): return registry("ProverLeaving(address)", owner) { _ in }
        case .unbondingStarted(let owner, let amount, let releaseAt):
            return registry("UnbondingStarted(address,uint256,uint64)", owner) {
                $0.append(amount)
                $0.append(releaseAt)
            }
        case .withdrawn(let owner, let amount):
            return registry("StakeWithdrawn(address,uint256)", owner) { $0.append(amount) }
        case .operatorChanged(let owner, let key, let activeFrom):
            return registry("OperatorChanged(address,address,uint64)", owner) {
                $0.append(key)
                $0.append(activeFrom)
            }
        case .recipientChanged(let owner, let recipient, let activeFrom):
            return registry("RecipientChanged(address,address,uint64)", owner) {
                $0.append(recipient)
                $0.append(activeFrom)
            }
        case .jailed(let owner, let until):
            return registry("ProverJailed(address,uint64)", owner) { $0.append(until) }
        case .unjailed(let owner, let activeFrom):
            return registry("ProverUnjailed(address,uint64)", owner) { $0.append(activeFrom) }
        }
    }

    /// Claims.Claimed.
    package static func claimed(_ beneficiary: Address, amount: UInt128) -> Log {
        make(.claims, "Claimed(address,uint256)", [word(beneficiary)]) { $0.append(amount) }
    }

    static func word(_ address: Address) -> Bytes32 {
        Bytes32([UInt8](repeating: 0, count: 12) + address.bytes) ?? .zero
    }

    static func make(
        _ contract: SystemContract, _ signature: String, _ indexed: [Bytes32], _ data: (inout ABIWriter) -> Void
    ) -> Log {
        var writer = ABIWriter()
        data(&writer)
        return Log(address: contract.address, topics: [ABI.eventTopic(signature)] + indexed, data: writer.encoded)
    }
}
