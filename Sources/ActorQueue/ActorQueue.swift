import Dispatch

/// A serial executor on a dispatch queue, for every actor of the node and the sidecar.
///
/// An actor's default executor crashes in Swift 6.3.1 on Linux when a job of another priority reaches it while it is
/// scheduled: the runtime's `ProcessOutOfLineJob` jumps into data (`_swift_tsan_acquire`). A queue has no such path, and
/// gives an actor that computes for long a thread that is not taken from the shared pool.
package final class ActorQueue: SerialExecutor {
    private let queue: DispatchQueue

    package init(_ label: String) { queue = DispatchQueue(label: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
