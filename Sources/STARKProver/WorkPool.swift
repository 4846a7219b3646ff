import Dispatch
import Synchronization

/// Shares the ranges of a loop over a fixed number of threads. Results do not depend on the number.
package struct WorkPool: Sendable {
    package let threadCount: Int

    package init(threads: Int) {
        threadCount = max(1, threads)
    }

    /// Calls `body` with ranges of at most `grain` that cover 0..<count, and returns when all are done. Calls may be
    /// concurrent: each may write only what belongs to its range.
    package func forEachRange(of count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let chunks = (count + grain - 1) / grain
        guard threadCount > 1, chunks > 1 else {
            for chunk in 0..<chunks { body(Self.range(chunk, grain, count)) }
            return
        }
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: min(threadCount, chunks)) { _ in
            while true {
                let chunk = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard chunk < chunks else { return }
                body(Self.range(chunk, grain, count))
            }
        }
    }

    private static func range(_ chunk: Int, _ grain: Int, _ count: Int) -> Range<Int> {
        (chunk * grain)..<min((chunk + 1) * grain, count)
    }
}
