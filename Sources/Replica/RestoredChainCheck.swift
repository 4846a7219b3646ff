import AccountTree
package import ByteCodec
package import ChainTypes
import SystemState

/// What is read from a disk, held against what its head's header and certificate vouch for. The database's own
/// checksums do not see what was wrong before it was written, nor another key's record in the place of one.
extension RestoredChain {
    /// Throws unless the records have the roots of the tip's header, the certificate proves the tip, and the block that
    /// the sign state speaks of has its own body.
    /// - Parameter systemRoot: of the system records.
    package func check(genesis: Genesis, systemRoot: Bytes32) throws(StorageFault) {
        let header = tip.header
        guard systemRoot == header.systemRoot else { throw Self.mismatch("system records", header) }
        guard ledger.tree.root == header.accountsRoot, ledger.accounts.accountCount == header.accountCount else {
            throw Self.mismatch("accounts", header)
        }
        if header.height > 0 {
            guard let certificate = tip.certificate, let validators = ledger.system.validators(at: header.height) else {
                throw Self.mismatch("certificate", header)
            }
            do throws(CertificateRejection) {
                try certificate.verify(
                    chainId: genesis.chainId, validators: validators, height: header.height, blockHash: tip.hash)
            } catch {
                throw Self.mismatch("certificate", header)
            }
        }
        guard proposed.map({ $0.isWhole }) ?? true else { throw Self.mismatch("proposed block", header) }
    }

    /// Throws unless the operations kept of a block that is not proven are those that its header commits to: jobs are
    /// cut out of them.
    /// - Parameter header: the block's, as the disk gives it.
    package func check(operationsAt height: UInt64, of header: BlockHeader) throws(StorageFault) {
        let tree = OperationsTree(ledger.operations[height] ?? [])
        let hash = ledger.system.unproven[height]?.blockHash ?? tip.hash
        guard hash == header.hash, tree.count == Int(header.operationCount), tree.digest == header.operationsDigest
        else { throw Self.mismatch("operations", header) }
    }

    private static func mismatch(_ what: String, _ header: BlockHeader) -> StorageFault {
        StorageFault(
            kind: .corruption,
            message: "the stored \(what) are not what block \(header.height) vouches for: the data directory is "
                + "damaged; restore a copy of it, or delete it to start anew")
    }
}

extension SyncBlock {
    /// Whether this is a block of this height with its own body and a certificate that names it. Signatures are left to
    /// the peer that asked for it.
    package func isWhole(at height: UInt64) -> Bool {
        block.header.height == height && certificate.height == height && certificate.blockHash == block.hash
            && block.hasOwnBody && block.describes(evidence)
    }
}

extension ProposedBlock {
    /// Whether this is all that its header and its transactions commit to.
    fileprivate var isWhole: Bool { block.hasOwnBody && block.describes(payloads.map { .payload($0) }) }
}
