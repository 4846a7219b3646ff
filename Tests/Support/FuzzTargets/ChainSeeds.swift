import ByteCodec
import ChainTypes
import Consensus
import Cryptography
import ProofField
import ProvingRules
import Replica

/// Valid encodings to begin with.
enum ChainSeeds {
    private static let hash = Bytes32(UInt128(7))
    private static let signature = (try? SecretKey([UInt8](repeating: 7, count: 32)))?.sign(hash)

    static func of(_ target: FuzzTarget) -> [[UInt8]] {
        switch target {
        case .transaction: transactions
        case .block:
            header.map {
                [
                    Block(
                        header: $0, transactions: transactions, lastCertificate: certificate, evidence: equivocations
                    ).encoded
                ]
            } ?? []
        case .header: header.map { [$0.encoded] } ?? []
        case .consensusMessage: messages
        case .payload:
            [
                CommitmentPayload(entries: [CommitmentPayload.Entry(instance: 0, root: .zero)]).encoded,
                SubmissionPayload(entries: [SubmissionPayload.Entry(instance: 1, proof: [1, 2, 3])]).encoded,
            ]
        case .peerMessage:
            [
                PeerMessage.blockRequest(hash).encoded, PeerMessage.transactions(transactions).encoded,
                PeerMessage.blocksRequest(from: 3, count: 2).encoded,
            ]
        case .snapshotMessage:
            [
                SnapshotMessage.manifestRequest(hash).encoded, SnapshotMessage.manifest(manifest).encoded,
                SnapshotMessage.chunkRequest(hash, 2).encoded, SnapshotMessage.chunk(hash, 2, [1, 2, 3]).encoded,
            ]
        case .rlp: [[0xc0], [0xc3, 0x01, 0x82, 0x02], [0xb8, 0x38] + [UInt8](repeating: 1, count: 56)]
        case .abi: [ABI.selector("topUp(address)") + [UInt8](repeating: 0, count: 32)]
        default: []
        }
    }

    private static var transactions: [[UInt8]] {
        guard let key = try? SecretKey([UInt8](repeating: 7, count: 32)) else { return [] }
        return [TransactionKind.legacy, .accessList, .dynamicFee].compactMap { kind in
            let transaction = OrdinaryTransaction(
                kind: kind, chainId: 20_261, nonce: 1, maxPriorityFeePerGas: 5, maxFeePerGas: 5, gasLimit: 21_000,
                to: Address(words: 1, 2, 3), value: 1)
            return try? transaction.sign(with: key).encoded
        }
    }

    private static var certificate: Certificate? {
        signature.map { Certificate(height: 1, round: 0, blockHash: hash, signatures: [$0, nil]) }
    }

    private static var manifest: SnapshotManifest? {
        guard let header, let certificate, let key = try? ValidatorKeys(seed: [UInt8](repeating: 7, count: 32)),
            let validators = ValidatorSet([
                Validator(
                    address: key.address, signingKey: key.signing.publicKey, vrfKey: key.vrf.publicKey, power: 1)
            ])
        else { return nil }
        return SnapshotManifest(
            genesisHash: hash, header: header, certificate: certificate, validators: validators,
            chunks: [SnapshotManifest.Chunk(section: .accounts, byteCount: 44, digest: hash)])
    }

    private static var equivocations: [Equivocation] {
        guard let signature else { return [] }
        let votes = [nil, hash].map {
            Vote(type: .prevote, height: 1, round: 0, blockHash: $0, validator: .zero, signature: signature)
        }
        return [.votes(votes[0], votes[1])]
    }

    private static var messages: [[UInt8]] {
        guard let signature, let certificate else { return [] }
        return [
            Vote(
                type: .prevote, height: 1, round: 0, blockHash: nil, validator: .zero, signature: signature
            ).encoded,
            Proposal(
                height: 1, round: 1, validRound: 0, blockHash: hash, proposer: .zero, signature: signature
            ).encoded,
            certificate.encoded,
        ] + equivocations.map(\.encoded)
    }

    private static var header: BlockHeader? {
        BlockHeader(
            chainId: 20_261, height: 2, originRound: 0, proposer: .zero, parentHash: hash, timestamp: 1, gasLimit: 1,
            gasUsed: 0, baseFee: 1, transactionsRoot: hash, verdicts: [true], receiptsRoot: hash,
            logsBloom: LogsBloom(),
            accountsRoot: .zero, accountCount: 1, systemRoot: hash, operationCount: 0, operationsDigest: hash,
            validatorsHash: hash, nextValidatorsHash: hash, lastCertificateHash: hash, evidenceHash: hash,
            vrfProof: [UInt8](repeating: 0, count: 81), mix: hash)
    }
}
