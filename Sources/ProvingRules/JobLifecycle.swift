/// The life of jobs, from the queue to the settlement: what happens at a block's start (`openBlock`), for each proving
/// transaction (`precheck`, `apply`), and at the block's end (`closeBlock`).
///
/// Deterministic in (state, transaction, context); the only clock is the height. A phase that opened in block h accepts
/// transactions of the blocks h + 1 … h + W.
package enum JobLifecycle {}
