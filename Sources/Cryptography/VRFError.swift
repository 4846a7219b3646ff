/// Why a VRF key or proof is refused.
package enum VRFError: Error, Hashable, Sendable {
    /// A proof is not 81 bytes.
    case wrongLength
    /// Gamma is not the compressed form of a point of the curve.
    case gammaNotOnCurve
    /// The response s is not below the group's order.
    case scalarOutOfRange
    /// A key is not a point of the curve, or a seed is shorter than 32 bytes.
    case invalidKey
    /// A point that the verifier computes from the proof is infinity.
    case infinity
    /// The challenge is not the one that the proof's points give.
    case challengeMismatch
    /// No counter of 0 ... 255 led to a point of the curve, a chance of 2^-256.
    case noCurvePoint
}
