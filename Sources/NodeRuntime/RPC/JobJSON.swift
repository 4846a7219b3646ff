import ByteCodec
import ChainTypes
import Circuits
import JSONRPC
import ProofField
import ProvingRules
import STARKCore
import SystemState

/// Jobs as people and dashboards read them.
enum JobJSON {
    static func summary(_ job: Job) -> JSONValue {
        let (penalties, rewards) = (job.payments.filter(\.isPenalty), job.payments.filter { !$0.isPenalty })
        let statement = job.statement
        return [
            "number": JSONValue(job.number), "id": .data(job.id), "attempt": JSONValue(statement.attempt),
            "firstHeight": JSONValue(statement.firstHeight), "lastHeight": JSONValue(statement.lastHeight),
            "subBlock": JSONValue(statement.subBlock), "subBlockCount": JSONValue(statement.subBlockCount),
            "kind": .string(kind(of: job)), "operations": JSONValue(statement.operationCount),
            "instances": .count(job.plan.count),
            "phase": .string("\(job.phase)"), "state": .string(job.state.name),
            "selectedAt": .heightOrNull(job.selectedAt),
            "windowEndsAt": .heightOrNull(job.isClosed ? nil : job.window?.endsAt),
            "selected": .count(job.selected.count), "commitments": .count(job.commitments.count),
            "submissions": .count(job.submissions.count), "fullProofs": .count(job.fullProofs.count),
            "provenAt": .heightOrNull(job.provenAt),
            "blocksToProof": .heightOrNull(job.blocksToProof),
            "rewards": .quantity(rewards.reduce(UInt128(0)) { $0 &+ $1.amount }),
            "penalties": .quantity(penalties.reduce(UInt128(0)) { $0 &+ $1.amount }),
        ]
    }

    /// What the job proves: whole blocks, a part of a block, or that a block's parts are all of it.
    private static func kind(of job: Job) -> String {
        job.isAggregation ? "aggregation" : job.statement.isSubBlock ? "subBlock" : "blocks"
    }

    /// `siblings` are the other jobs over the same split block; `times` has the timestamps of the blocks of the job's
    /// history, in ms since 1970.
    static func details(
        _ job: Job, siblings: [Job] = [], program: BlockProgram, times: [UInt64: UInt64]
    ) -> JSONValue {
        summary(job).merging([
            "statement": statement(job.statement),
            "plan": .list(job.plan) { instance in
                [
                    "circuit": JSONValue(instance.circuit), "name": .string(name(of: instance.circuit, program)),
                    "logHeight": JSONValue(instance.logHeight), "weight": JSONValue(instance.weight),
                ]
            },
            "planRoot": .data(job.planRoot), "provers": .list(job.selected) { prover($0, of: job) },
            "commitments": .list(job.commitments) { commitment in
                [
                    "owner": .data(commitment.owner), "height": JSONValue(commitment.inclusion.height),
                    "roots": .list(commitment.roots) { entry in
                        ["instance": JSONValue(entry.instance), "root": .data(entry.root)]
                    },
                ]
            },
            "canonicalRoots": .list(job.canonicalRoots) { .optional($0) { .data($0) } },
            "commitGap": .bool(job.commitGap), "challenge": .optional(job.challenge) { .data($0) },
            "fullProofDetails": .array(job.fullProofs.map(fullProof) + rejected(job)),
            "history": .list(job.history) { milestone in
                [
                    "state": .string(milestone.state.name), "height": JSONValue(milestone.height),
                    "time": .heightOrNull(times[milestone.height]),
                ]
            },
            "payments": .list(job.payments, payment),
            "firstOperation": JSONValue(job.firstOperation),
            "subBlockProofs": .list(job.subBlocks) { proof in
                ["job": JSONValue(proof.job), "id": .data(proof.id), "prover": .data(proof.prover)]
            },
            "siblings": .list(siblings, sibling),
        ])
    }

    /// Enough to see how far a split block is.
    private static func sibling(_ job: Job) -> JSONValue {
        [
            "number": JSONValue(job.number), "kind": .string(kind(of: job)),
            "subBlock": JSONValue(job.statement.subBlock), "attempt": JSONValue(job.statement.attempt),
            "phase": .string("\(job.phase)"), "state": .string(job.state.name),
            "provenAt": .heightOrNull(job.provenAt),
        ]
    }

    static func payment(_ payment: Payment) -> JSONValue {
        let role = if case .prover = payment.account { "prover" } else { "validator" }
        return [
            "account": .data(payment.account.address), "role": .string(role), "amount": .quantity(payment.amount),
            "kind": payment.isPenalty ? "penalty" : "reward", "reason": .string(payment.reason.name),
        ]
    }

    private static func statement(_ statement: JobStatement) -> JSONValue {
        [
            "programHash": .data(statement.programHash), "operationsDigest": .data(statement.operationsDigest),
            "operationsRoot": .data(statement.operationsRoot), "operationCount": JSONValue(statement.operationCount),
            "before": .data(statement.before), "after": .data(statement.after),
            "lastBlockHash": .data(statement.lastBlockHash), "subBlock": JSONValue(statement.subBlock),
            "subBlockCount": JSONValue(statement.subBlockCount),
        ]
    }

    private static func name(of circuit: UInt32, _ program: BlockProgram) -> String {
        program.circuits.circuit(id: circuit)?.name ?? "unknown"
    }

    /// `valid` is that of the submission: null while there is none.
    private static func prover(_ prover: SelectedProver, of job: Job) -> JSONValue {
        let valid = job.submission(of: prover.owner)
        let invalid = job.invalid.first { $0.owner == prover.owner && $0.phase == .t2 }
        return [
            "owner": .data(prover.owner), "operator": .data(prover.operatorKey),
            "instances": .list(prover.instances + prover.extensionInstances) { JSONValue($0) },
            "committedAt": .heightOrNull(job.commitment(of: prover.owner)?.inclusion.height),
            "submittedAt": .heightOrNull(valid?.inclusion.height ?? invalid?.height),
            "valid": valid != nil ? true : invalid != nil ? false : .null,
        ]
    }

    private static func fullProof(_ proof: FullProof) -> JSONValue {
        inclusion(proof.inclusion).merging([
            "kind": .string("\(proof.kind)"), "valid": true, "reused": .list(proof.reused) { .data($0) },
            "inline": .list(proof.inlined) { JSONValue($0) },
        ])
    }

    /// Transactions of the later phases that were found invalid; of what kind their proofs were is not known.
    private static func rejected(_ job: Job) -> [JSONValue] {
        job.invalid.filter { [.t3, .t4, .t5, .open, .aggregate].contains($0.phase) }.map {
            inclusion($0).merging(["kind": .null, "valid": false, "reused": [], "inline": []])
        }
    }

    private static func inclusion(_ inclusion: Inclusion) -> JSONValue {
        [
            "owner": .data(inclusion.owner), "phase": .string("\(inclusion.phase)"),
            "height": JSONValue(inclusion.height), "transactionHash": .data(inclusion.transactionHash),
            "payloadDigest": .data(inclusion.payloadDigest),
        ]
    }
}
