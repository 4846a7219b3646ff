package import Cryptography

extension VerifiedTransaction {
    /// Decodes the canonical bytes of a transaction, checks that it is of chain `chainId`, and recovers its signer.
    ///
    /// Throws what decoding throws, `wrongChain`, or `invalidSignature` when no key gives the signature.
    package init(decoding bytes: [UInt8], chainId: UInt64) throws(TransactionRejection) {
        let decoded = try UnverifiedTransaction(decoding: bytes)
        guard decoded.body.chainId == chainId else {
            throw .wrongChain(have: decoded.body.chainId, want: chainId)
        }
        do {
            let sender = try decoded.signature.recoverAddress(digest: decoded.body.signingDigest)
            self.init(
                body: decoded.body, signature: decoded.signature, sender: sender, hash: Keccak256.hash(bytes),
                encoded: bytes)
        } catch {
            throw .invalidSignature
        }
    }
}

extension UnverifiedTransaction {
    /// Checks the chain id and recovers the signer; errors as in `VerifiedTransaction.init(decoding:chainId:)`.
    ///
    /// The result speaks of the encoded bytes: what a body made in memory holds beyond its type is not in it.
    package func verified(chainId: UInt64) throws(TransactionRejection) -> VerifiedTransaction {
        try VerifiedTransaction(decoding: encoded, chainId: chainId)
    }

    /// Signs `body` for its own chain.
    init(body: Body, signedBy key: SecretKey) {
        self.init(body: body, signature: key.sign(body.signingDigest))
    }
}

extension OrdinaryTransaction {
    /// Signs with the nonce of RFC 6979. Throws when the transaction is one that no node would decode.
    package func sign(with key: SecretKey) throws(TransactionRejection) -> VerifiedTransaction {
        try UnverifiedTransaction(body: .ordinary(self), signedBy: key).verified(chainId: chainId)
    }
}

extension ProvingTransaction {
    /// Signs with the nonce of RFC 6979. Throws when the transaction is one that no node would decode.
    package func sign(with key: SecretKey) throws(TransactionRejection) -> VerifiedTransaction {
        try UnverifiedTransaction(body: .proving(self), signedBy: key).verified(chainId: chainId)
    }
}
