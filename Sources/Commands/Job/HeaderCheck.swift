import ByteCodec
import ChainTypes
import CommandShell
import JSONRPC
import ProofField

/// Compares a statement with the headers of the blocks that it speaks of.
struct HeaderCheck {
    let node: RemoteNode
    let statement: JobStatement

    func run() async throws(CommandFailure) {
        guard statement.firstHeight > 0, statement.firstHeight <= statement.lastHeight else {
            throw CommandFailure("the job is about no blocks")
        }
        let before = try await header(statement.firstHeight - 1)
        let last = try await header(statement.lastHeight)
        guard last.hash == statement.lastBlockHash else {
            throw CommandFailure("lastBlockMismatch: block \(statement.lastHeight) is \(last.hash)")
        }
        // A part of a block begins or ends inside of it, unless it is the first or the last one.
        let isFirst = !statement.isSubBlock || statement.subBlock == 0
        let isLast = !statement.isSubBlock || statement.subBlock + 1 == statement.subBlockCount
        guard !isFirst || before.accountsRoot == statement.before else {
            throw CommandFailure("beforeRootMismatch: block \(statement.firstHeight - 1) has another accounts root")
        }
        guard !isLast || last.accountsRoot == statement.after else {
            throw CommandFailure("afterRootMismatch: block \(statement.lastHeight) has another accounts root")
        }
        let isWhole = statement.firstHeight == statement.lastHeight && !statement.isSubBlock
        guard !isWhole || last.operationsDigest == statement.operationsDigest else {
            throw CommandFailure("operationsMismatch: block \(statement.lastHeight) commits to other operations")
        }
    }

    /// The header in its own encoding, whose hash must be the one that the chain names.
    private func header(_ height: UInt64) async throws(CommandFailure) -> BlockHeader {
        let number = JSONValue.string(Hex.quantity(height))
        let raw = try await node.call("debug_getRawHeader", [number]).bytes()
        let block = try await node.call("eth_getHeaderByNumber", [number])
        let header: BlockHeader
        do { header = try BlockHeader(decoding: raw) } catch {
            throw CommandFailure("the node's answer cannot be read: header of block \(height): \(error)")
        }
        guard header.height == height, header.hash == (try block["hash"].hash()) else {
            throw CommandFailure("headerMismatch: the header of block \(height) does not have its hash")
        }
        return header
    }
}
