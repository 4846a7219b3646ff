package import ByteCodec
package import ChainTypes
import Cryptography
package import Storage

/// A committed block with what its execution reported.
package struct BlockReport: Sendable {
    package var block: Block
    package var hash: Bytes32
    package var receipts: StoredReceipts
    package var transactionHashes: [Bytes32]

    package var header: BlockHeader { block.header }
}

extension BlockReport {
    package init(block: Block, receipts: StoredReceipts) {
        self.block = block
        self.hash = block.hash
        self.receipts = receipts
        transactionHashes = block.transactions.map(Keccak256.hash)
    }

    /// The transaction at `index`. Committed transactions were verified; a failure is damage.
    package func transaction(_ index: Int, chainId: UInt64) throws(StorageFault) -> VerifiedTransaction {
        guard block.transactions.indices.contains(index) else {
            throw .damaged("transaction \(index) of block \(header.height)")
        }
        do {
            return try VerifiedTransaction(decoding: block.transactions[index], chainId: chainId)
        } catch {
            throw .damaged("transaction \(index) of block \(header.height)")
        }
    }

    package func transactions(chainId: UInt64) throws(StorageFault) -> [VerifiedTransaction] {
        var transactions: [VerifiedTransaction] = []
        for index in block.transactions.indices { transactions.append(try transaction(index, chainId: chainId)) }
        return transactions
    }
}

extension ReadSnapshot {
    package borrowing func report(of block: Block) throws(StorageFault) -> BlockReport? {
        guard let receipts = try receipts(at: block.header.height) else { return nil }
        return BlockReport(block: block, receipts: receipts)
    }

    package borrowing func report(at height: UInt64) throws(StorageFault) -> BlockReport? {
        guard let block = try block(at: height) else { return nil }
        return try report(of: block)
    }
}
