/// The proven soundness of a parameter set in bits, round by round.
///
/// Every error is that of one Fiat-Shamir round: `bits = -log2(error) + proof-of-work bits of that round`. In the
/// unique-decoding regime, proximity theta = (1 - rho)/2, with the correlated-agreement error (theta n + 1)/|E| of
/// Ben-Sasson, Carmon, Haboeck, Kopparty and Saraf (ePrint 2025/2055, corollary 1.4). Instances have transcripts of
/// their own after the global seed: only the bus argument is over all of them.
///
/// This file is the one place with floating-point numbers: no verdict on a proof or a block depends on it.
package struct SoundnessReport: Sendable {
    /// One challenge of the argument.
    package struct Round: Equatable, Sendable {
        /// Which challenge.
        package let name: String
        /// -log2 of the round's error.
        package let errorBits: Double
        /// Proof-of-work bits that the verifier checks before this round's challenge.
        package let workBits: Int

        /// What the round is worth.
        package var bits: Double { errorBits + Double(workBits) }
    }

    /// Bits of a collision of two digests of eight elements, by the birthday bound.
    package static let digestCollisionBits = 4 * log2(2_130_706_433)

    /// What an instance contributes to the error terms.
    package struct Statement: Sendable {
        /// log2 of the rows.
        package let logHeight: Int
        /// Constraints of stage 1 and stage 2, folded by powers of one challenge.
        package let constraintCount: Int
        /// Columns in the batched quotient, each as often as it is opened.
        package let batchedColumns: Int
        /// The highest degree of a constraint in the trace columns.
        package let degree: Int
        /// Messages over all instances of the job: rows times messages a row.
        package let totalMessages: UInt64

        package init(
            logHeight: Int, constraintCount: Int, batchedColumns: Int, degree: Int, totalMessages: UInt64
        ) {
            self.logHeight = logHeight
            self.constraintCount = constraintCount
            self.batchedColumns = batchedColumns
            self.degree = degree
            self.totalMessages = totalMessages
        }

        /// The statement of `circuit` at a height; the openings are zeta for all columns and the accumulator's next.
        package init(circuit: RecordedCircuit, logHeight: Int, totalMessages: UInt64) {
            self.init(
                logHeight: logHeight, constraintCount: circuit.constraintCount,
                batchedColumns: circuit.columnCount + circuit.pairCount + 1 + ProofShape.quotientChunkCount,
                degree: circuit.degree, totalMessages: totalMessages)
        }
    }

    /// Computes every round; `statement.logHeight` is one of the parameters' heights, else the figures say nothing.
    package init(parameters: ProofParameters, statement: Statement) {
        let field = 4 * Self.log2(2_130_706_433)
        let height = Self.powerOfTwo(statement.logHeight)
        let rate = 1 / Self.powerOfTwo(parameters.blowupLog)
        let theta = (1 - rate) / 2
        func proximity(_ dimension: Double) -> Double { theta * dimension / rate + 1 }
        func round(_ name: String, _ numerator: Double, work: Int = 0) -> Round {
            Round(name: name, errorBits: field - Self.log2(numerator), workBits: work)
        }

        var rounds = [
            round("buses", 2 * Double(statement.totalMessages)),
            round("constraint folding", Double(statement.constraintCount)),
            round("out-of-domain point", Double(statement.degree) * (height + 1) + height - 1),
            round(
                "batching", Double(statement.batchedColumns - 1) * proximity(height),
                work: parameters.batchingGrindingBits),
        ]
        var dimension = height
        for foldLog in parameters.foldLogs(logHeight: statement.logHeight) {
            dimension /= Self.powerOfTwo(foldLog)
            rounds.append(
                round("fold to \(Int(dimension))", (Self.powerOfTwo(foldLog) - 1) * proximity(dimension)))
        }
        last = Round(
            name: "queries",
            errorBits: Self.queryBits(proximity: theta, count: parameters.queryCount, grindingBits: 0),
            workBits: parameters.queryGrindingBits)
        earlier = rounds
    }

    private let earlier: [Round]
    private let last: Round

    /// In the order of the transcript.
    package var rounds: [Round] { earlier + [last] }

    /// The round that is worth least.
    package var weakest: Round { earlier.reduce(last) { $1.bits < $0.bits ? $1 : $0 } }

    /// Bits of the weakest round.
    package var minimum: Double { weakest.bits }

    /// Bits of the sum of all rounds' errors.
    package var sum: Double {
        let least = minimum
        return least - Self.log2(rounds.reduce(0) { $0 + Self.exp2(least - $1.bits) })
    }

    /// Bits of the query round: every query misses a set of density `proximity`.
    package static func queryBits(proximity: Double, count: Int, grindingBits: Int) -> Double {
        -Double(count) * log2(1 - proximity) + Double(grindingBits)
    }

    /// log2 of a positive normal number, by repeated squaring of the significand (48 bits of fraction).
    package static func log2(_ value: Double) -> Double {
        var significand = value.significand
        var result = Double(value.exponent)
        var weight = 0.5
        for _ in 0..<48 {
            significand *= significand
            if significand >= 2 {
                significand /= 2
                result += weight
            }
            weight /= 2
        }
        return result
    }

    /// 2^exponent for exponent at most 0, by square roots.
    private static func exp2(_ exponent: Double) -> Double {
        guard exponent > -1000 else { return 0 }
        let whole = exponent.rounded(.down)
        var fraction = exponent - whole
        var (result, root) = (1.0, 2.0)
        for _ in 0..<48 {
            root = root.squareRoot()
            fraction *= 2
            if fraction >= 1 {
                fraction -= 1
                result *= root
            }
        }
        return Double(sign: .plus, exponent: Int(whole), significand: result)
    }

    private static func powerOfTwo(_ exponent: Int) -> Double {
        Double(sign: .plus, exponent: exponent, significand: 1)
    }
}
