/// Why an instance cannot be proven. None of these comes from the network.
package enum ProverError: Error, Equatable, Sendable {
    /// The trace has another width than the circuit, or a height the parameters do not allow.
    case traceShape
    /// The binding names another circuit, height or root than the committed trace.
    case bindingMismatch
    case outOfMemory
    /// The out-of-domain point fell into a domain (chance about 2^-100): another operator or job gives another.
    case pointInDomain
    /// No nonce below p has the work asked for (chance below e^-126).
    case noWitness
    /// A kernel's result is wrong: the last layer is not a polynomial of the final degree.
    case notLowDegree
    /// The compiled program does not fit the kernel's limits.
    case invalidProgram
}
