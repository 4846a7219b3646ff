/// Time inside of stages on the two kinds of work that no prover can do without, in the unit of the caller's clock.
final class KernelTimes {
    private let clock: () -> UInt64
    private(set) var transforms: UInt64 = 0
    private(set) var hashing: UInt64 = 0

    init(clock: @escaping () -> UInt64) { self.clock = clock }

    func transforming<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        let start = clock()
        let result = try body()
        transforms &+= clock() &- start
        return result
    }

    func hashing<Result>(_ body: () -> Result) -> Result {
        let start = clock()
        let result = body()
        hashing &+= clock() &- start
        return result
    }
}
