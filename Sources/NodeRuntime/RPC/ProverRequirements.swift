import ChainTypes
import Circuits
import JSONRPC
import Replica
import STARKCore

/// What a prover must be able to do on this chain, from its genesis and its circuits.
enum ProverRequirements {
    static func json(_ checker: ProofChecker, _ genesis: Genesis) -> JSONValue {
        let proving = genesis.proving
        let program = checker.program
        let windows = proving.windows
        return [
            "proofProfile": .string(proving.proofProfile), "programHash": .data(checker.programHash),
            "minimumStake": .quantity(proving.minimumStake),
            "penaltyInvalidProof": .quantity(proving.penaltyInvalidProof),
            "blockIntervalMilliseconds": JSONValue(genesis.chain.blockIntervalMilliseconds),
            "windows": [
                "t1": JSONValue(max(windows.t1, proving.minWindowBlocks)),
                "t2": JSONValue(max(windows.t2, proving.minWindowBlocks)),
            ],
            "maxInstances": JSONValue(proving.maxInstances), "redundancy": JSONValue(proving.redundancy),
            "maxInstanceLogHeight": JSONValue(proving.maxInstanceLogHeight),
            "circuits": .list(program.circuits.circuits) { circuit in
                Self.circuit(circuit, checker, program, logHeight: proving.maxInstanceLogHeight)
            },
        ]
    }

    private static func circuit(
        _ circuit: RecordedCircuit, _ checker: ProofChecker, _ program: BlockProgram, logHeight: UInt8
    ) -> JSONValue {
        let instance = PlannedInstance(circuit: circuit.id, logHeight: logHeight, weight: 0)
        let shape = ProofShape(circuit: circuit, logHeight: Int(logHeight), parameters: program.parameters)
        return [
            "circuit": JSONValue(circuit.id), "name": .string(circuit.name), "maxRows": .integer(1 << Int64(logHeight)),
            "columns": .optional(shape) { .count($0.mainWidth + $0.stage2Width) },
            "maxProofBytes": .count(checker.maxProofBytes(instance)),
            // The columns over the extended domain, their trees and FRI's layers: what proving keeps at least.
            "memoryBytes": .optional(shape) { .count(memory($0)) },
        ]
    }

    /// Bytes of 4 a field element: every column and three trees of two digests a leaf over the extended domain, and a
    /// geometric series of FRI layers.
    private static func memory(_ shape: ProofShape) -> Int {
        let columns = shape.mainWidth + shape.stage2Width + shape.quotientWidth
        return 4 * (1 << shape.domainLog) * (columns + 3 * 16 + 4 * 2)
    }
}
