/// Why a circuit's description is refused.
package enum RecordingError: Error, Equatable, Sendable {
    case noColumns
    case noMessages
    /// Zero, or `RecordedCircuit.identifierLimit` and above.
    case invalidCircuitIdentifier(UInt32)
    case duplicateColumn(String)
    case duplicateLabel(String)
    /// Above `AIRBuilder.maximumConstraintDegree`; with the label and the degree.
    case constraintDegree(String, Int)
    /// A constraint without any column is either void or unsatisfiable.
    case constantConstraint(String)
    /// Tuple elements and multiplicities are of degree 1 at most; with the label and the degree.
    case messageDegree(String, Int)
    case tupleWidth(String, expected: Int, actual: Int)
    /// Bus identifiers are non-zero and below 2^24, widths at least 1.
    case invalidBus(String)
    /// One identifier stands for one name and one width.
    case conflictingBus(String)
    /// The multiplicity is not a linear form in columns that are asserted boolean.
    case unboundedMultiplicity(String)
    /// An expression of another recording was used.
    case foreignExpression
    case duplicateCircuit(String)
    /// More than 65,535 registers or constant words.
    case programTooLarge
}
