package import ByteCodec
package import ChainTypes
import Cryptography

/// Second byte of a scalar's key.
private enum ScalarTag: UInt8, CaseIterable {
    case height = 0
    case mix = 1
    case provenHeight = 2
    case supply = 3
    case nextJobNumber = 4

    var key: [UInt8] { [TableTag.scalars.rawValue, rawValue] }
}

extension SystemState {
    private func scalar(_ tag: ScalarTag) -> [UInt8] {
        var writer = ByteWriter()
        switch tag {
        case .height: writer.u64(height)
        case .mix: writer.bytes32(mix)
        case .provenHeight: writer.u64(provenHeight)
        case .supply:
            writer.u128(supply.genesis)
            writer.u128(supply.minted)
            writer.u128(supply.burned)
        case .nextJobNumber: writer.u64(nextJobNumber)
        }
        return writer.bytes
    }

    /// Root over all records in key order. Only rows that changed since the last call are encoded and hashed anew.
    package mutating func root() -> Bytes32 { RecordTree.root(leaves: leaves()) }

    /// That a job's record, as it stands, is under the root; nil when there is no such job.
    package mutating func proof(ofJob number: UInt64) -> RecordProof? {
        guard let job = jobs[number] else { return nil }
        let leaves = leaves()
        let leaf = RecordTree.leaf(key: jobs.recordKey(number), value: job.encoded)
        guard let index = leaves.firstIndex(of: leaf), let path = RecordTree.path(to: index, leaves: leaves) else {
            return nil
        }
        return RecordProof(index: UInt64(index), count: UInt64(leaves.count), path: path)
    }

    private mutating func leaves() -> [Bytes32] {
        var leaves = ScalarTag.allCases.map { RecordTree.leaf(key: $0.key, value: scalar($0)) }
        claimable.appendLeaves(to: &leaves)
        provers.appendLeaves(to: &leaves)
        operators.appendLeaves(to: &leaves)
        jobs.appendLeaves(to: &leaves)
        jobNumbers.appendLeaves(to: &leaves)
        unproven.appendLeaves(to: &leaves)
        validatorSets.appendLeaves(to: &leaves)
        registeredValidators.appendLeaves(to: &leaves)
        validatorOwners.appendLeaves(to: &leaves)
        tombstones.appendLeaves(to: &leaves)
        return leaves
    }

    /// What changed since the last call (at first: everything), by rising key.
    package mutating func takeChanges() -> [Change] {
        var changes: [Change] = []
        let scalars = ScalarTag.allCases.map { scalar($0) }
        for (index, tag) in ScalarTag.allCases.enumerated()
        where takenScalars.isEmpty || takenScalars[index] != scalars[index] {
            changes.append((tag.key, scalars[index]))
        }
        takenScalars = scalars
        claimable.takeChanges(into: &changes)
        provers.takeChanges(into: &changes)
        operators.takeChanges(into: &changes)
        jobs.takeChanges(into: &changes)
        jobNumbers.takeChanges(into: &changes)
        unproven.takeChanges(into: &changes)
        validatorSets.takeChanges(into: &changes)
        registeredValidators.takeChanges(into: &changes)
        validatorOwners.takeChanges(into: &changes)
        tombstones.takeChanges(into: &changes)
        return changes
    }

    /// The state whose records, all of them, were stored. Their order does not matter.
    package init(
        genesis: Genesis, records: some Sequence<(key: [UInt8], value: [UInt8])>
    ) throws(SystemStateError) {
        try self.init(genesis: genesis)
        provers = Table(tag: .provers)
        operators = Table(tag: .operators)
        validatorSets = Table(tag: .validatorSets)
        registeredValidators = Table(tag: .registeredValidators)
        validatorOwners = Table(tag: .validatorOwners)
        var seen = [Bool](repeating: false, count: ScalarTag.allCases.count)
        for (key, value) in records {
            guard let first = key.first, let tag = TableTag(rawValue: first) else { throw .invalidKey(key) }
            let rest = Array(key.dropFirst())
            switch tag {
            case .scalars:
                guard rest.count == 1, let scalar = ScalarTag(rawValue: rest[0]), !seen[Int(scalar.rawValue)] else {
                    throw .invalidKey(key)
                }
                seen[Int(scalar.rawValue)] = true
                do { try restore(scalar, value) } catch { throw .invalidRecord(key: key, error) }
            case .claimable: try claimable.restore(key: rest, value: value)
            case .provers: try provers.restore(key: rest, value: value)
            case .operators: try operators.restore(key: rest, value: value)
            case .jobs: try jobs.restore(key: rest, value: value)
            case .jobNumbers: try jobNumbers.restore(key: rest, value: value)
            case .unproven: try unproven.restore(key: rest, value: value)
            case .validatorSets: try validatorSets.restore(key: rest, value: value)
            case .registeredValidators: try registeredValidators.restore(key: rest, value: value)
            case .validatorOwners: try validatorOwners.restore(key: rest, value: value)
            case .tombstones: try tombstones.restore(key: rest, value: value)
            }
        }
        if let missing = seen.firstIndex(of: false) { throw .missingScalar(UInt8(missing)) }
        guard validators(at: height) != nil else { throw .missingValidators }
        takenScalars = ScalarTag.allCases.map { scalar($0) }
    }

    private mutating func restore(_ tag: ScalarTag, _ bytes: [UInt8]) throws(RecordError) {
        var reader = RecordReader(bytes)
        switch tag {
        case .height: height = try reader.u64()
        case .mix: mix = try reader.bytes32()
        case .provenHeight: provenHeight = try reader.u64()
        case .supply:
            supply = Supply(genesis: try reader.u128(), minted: try reader.u128(), burned: try reader.u128())
        case .nextJobNumber: nextJobNumber = try reader.u64()
        }
        try reader.expectEnd()
    }
}
