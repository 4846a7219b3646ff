/// Why an instance's proof is refused.
package enum ProofRejection: Error, Hashable, Sendable {
    /// The binding names another circuit than the one given.
    case circuitMismatch
    /// The parameters do not allow the height.
    case heightNotAllowed
    /// Not the byte count that circuit, height, parameters and query positions fix.
    case wrongLength
    /// A number of 2^31 - 2^24 + 1 or more.
    case nonCanonicalElement
    /// The stage-1 cap does not hash to the committed root.
    case rootMismatch
    /// The work before the batching challenge is missing.
    case batchingWork
    /// The work before the query positions is missing.
    case queryWork
    /// The out-of-domain point fell into the evaluation domain or the trace domain.
    case pointInDomain
    /// The constraints do not hold at the out-of-domain point.
    case constraints
    /// Opened stage-1 rows do not hash into the cap.
    case mainOpening
    case stage2Opening
    case quotientOpening
    /// Opened values of a FRI layer do not hash into its cap.
    case layerOpening(Int)
    /// The last fold is not the final polynomial.
    case finalPolynomial
}
