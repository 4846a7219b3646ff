import ByteCodec
import ChainTypes
import CommandShell
import Cryptography
import JSONRPC

extension ChainAudit {
    /// A set, and a height from which it is shown to be in force.
    struct Validators {
        let height: UInt64
        let set: ValidatorSet
    }

    /// The validators who decide the header's block, followed from those of the genesis as a light client does: the
    /// last block of a set announces the next one (`nextValidatorsHash`, Docs/Spec/Validators.md), and more than two
    /// thirds of the set signed it. Nil when that cannot be shown; why stands among the checks.
    mutating func validators(of header: BlockHeader) async throws(CommandFailure) -> ValidatorSet? {
        guard var known = sets.last(where: { $0.height <= header.height }) else {
            add("block \(header.height)", false, "the genesis has no validators who could decide it")
            return nil
        }
        while known.set.hash != header.validatorsHash {
            guard let next = try await successor(of: known, towards: header) else { return nil }
            known = next
            sets.append(known)
        }
        return known.set
    }

    /// The set after `known`, on the way to a header that names another one.
    private mutating func successor(
        of known: Validators, towards header: BlockHeader
    ) async throws(CommandFailure) -> Validators? {
        // Set(low) is the known one, and the header of `high` names another: the last block of a set is between them.
        var (low, high) = (known.height, header.height)
        while high > low, high - low > 1 {
            let middle = low + (high - low) / 2
            if try await node.header(middle).validatorsHash == known.set.hash { low = middle } else { high = middle }
        }
        let last = try await node.header(low)
        let name = "validators from block \(low + 1)"
        guard low < high, last.validatorsHash == known.set.hash, last.nextValidatorsHash != known.set.hash else {
            add("block \(high)", false, "its header names other validators than the block before announces")
            return nil
        }
        let certificate = try await node.certificate(low)
        do {
            try certificate.verify(
                chainId: chainId, validators: known.set, height: low, blockHash: last.hash)
        } catch {
            add(name, false, "block \(low), which announces them, is not decided by those before: \(error)")
            return nil
        }
        let set: ValidatorSet
        do {
            set = try await node.validators(low + 1)
        } catch {
            guard error.refusal != nil else { throw error }
            nodesWord("block \(header.height)", "its validators are not those of block \(low), and: \(error.message)")
            return nil
        }
        guard set.hash == last.nextValidatorsHash else {
            add(name, false, "the node's are not those that block \(low) announces")
            return nil
        }
        let signed = certificate.signatures.count { $0 != nil }
        add(
            name, true,
            "announced by block \(low), which \(signed) of the \(known.set.validators.count) validators before signed")
        return Validators(height: low + 1, set: set)
    }
}

extension RemoteNode {
    /// The header of a block in its own encoding.
    func header(_ height: UInt64) async throws(CommandFailure) -> BlockHeader {
        let raw = try await call("debug_getRawHeader", [.string(Hex.quantity(height))]).bytes()
        let header: BlockHeader
        do { header = try BlockHeader(decoding: raw) } catch {
            throw CommandFailure("the node's answer cannot be read: header of block \(height): \(error)")
        }
        guard header.height == height else {
            throw CommandFailure("the node's answer cannot be read: block \(header.height) instead of \(height)")
        }
        return header
    }

    func certificate(_ height: UInt64) async throws(CommandFailure) -> Certificate {
        let answer = try await call("cairn_certificate", [JSONValue(height)])
        var signatures: [RecoverableSignature?] = []
        for slot in try answer["signatures"].list() {
            guard let slot = slot.ifPresent else {
                signatures.append(nil)
                continue
            }
            guard let signature = try? RecoverableSignature(bytes: try slot.bytes()) else {
                throw CommandFailure("the node's answer cannot be read: a signature of block \(height)")
            }
            signatures.append(signature)
        }
        return Certificate(
            height: try answer["height"].count(), round: UInt32(clamping: try answer["round"].count()),
            blockHash: try answer["blockHash"].hash(), signatures: signatures)
    }

    /// The validators of a block, with all that their hash covers.
    func validators(_ height: UInt64) async throws(CommandFailure) -> ValidatorSet {
        var validators: [Validator] = []
        for entry in try await call("cairn_validators", [JSONValue(height)])["validators"].list() {
            guard let signingKey = try? PublicKey(try entry["signingKey"].bytes()),
                let vrfKey = try? VRFPublicKey(compressed: try entry["vrfKey"].bytes())
            else { throw CommandFailure("the node's answer cannot be read: a validator's key at block \(height)") }
            validators.append(
                Validator(
                    address: try entry["address"].address(), signingKey: signingKey, vrfKey: vrfKey,
                    power: try entry["power"].count()))
        }
        guard let set = ValidatorSet(validators) else {
            throw CommandFailure("the node's answer cannot be read: the validators of block \(height) are no set")
        }
        return set
    }
}
