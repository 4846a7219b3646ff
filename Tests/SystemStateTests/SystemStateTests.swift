import ByteCodec
import ChainTypes
import SystemState
import Testing

struct SystemStateTests {
    private func records(_ changes: [SystemState.Change]) -> [(key: [UInt8], value: [UInt8])] {
        changes.compactMap { change in change.value.map { (change.key, $0) } }
    }

    @Test func theStateComesBackFromItsRecords() throws {
        var state = try Sample.state()
        let records = records(state.takeChanges())
        var restored = try SystemState(genesis: try Sample.genesis(), records: records.reversed())
        #expect(restored.currentRoot == state.currentRoot)
        #expect(restored.jobs.values == state.jobs.values)
        #expect(restored.provers.values == state.provers.values)
        #expect(restored.supply == state.supply && restored.mix == state.mix)
        #expect(restored.nextValidators == state.nextValidators)
        let changes = restored.takeChanges()
        #expect(changes.isEmpty)
    }

    @Test func theRootIsTheMerkleRootOverKeysAndValuesInOrder() throws {
        var state = try Sample.state()
        let root = state.root()
        let leaves = records(state.takeChanges()).map { $0.key + $0.value }
        #expect(zip(leaves, leaves.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        #expect(MerkleRoot.over(leaves) == root)
    }

    @Test(arguments: 0..<20) func theRecordTreeIsRFC6962s(count: Int) {
        let items = (0..<count).map { [UInt8($0), 7] }
        let leaves = items.map { RecordTree.leaf(key: [$0[0]], value: [$0[1]]) }
        #expect(RecordTree.root(leaves: leaves) == MerkleRoot.over(items))
    }

    @Test func theRootDoesNotDependOnTheOrderOfWritesNorOnCachedLeaves() throws {
        var once = try SystemState(genesis: try Sample.genesis())
        var twice = once
        once.creditClaimable(4, to: Sample.address(1))
        once.creditClaimable(5, to: Sample.address(2))
        twice.creditClaimable(5, to: Sample.address(2))
        _ = twice.root()
        twice.creditClaimable(1, to: Sample.address(1))
        _ = twice.root()
        twice.creditClaimable(3, to: Sample.address(1))
        #expect(once.currentRoot == twice.currentRoot)
    }

    @Test func everyChangeChangesTheRoot() throws {
        let state = try Sample.state()
        let changes: [(inout SystemState) -> Void] = [
            { $0.height += 1 }, { $0.mix = .zero }, { $0.provenHeight += 1 }, { $0.nextJobNumber += 1 },
            { $0.supply.minted += 1 }, { $0.claimable[Sample.address(40)] = nil },
            { $0.provers.update(Sample.address(60)) { $0.stake += 1 } },
            { $0.operators[Sample.address(160)] = Sample.address(61) },
            { $0.jobs.update(2) { $0.commitGap.toggle() } }, { $0.jobNumbers[Sample.hash(9)] = 2 },
            { $0.unproven[1] = nil },
        ]
        var roots: [Bytes32] = []
        for change in changes {
            var changed = state
            _ = changed.root()
            change(&changed)
            roots.append(changed.root())
        }
        #expect(Set(roots).count == changes.count)
        #expect(!roots.contains(state.currentRoot))
    }

    @Test func onlyWhatChangedIsTaken() throws {
        var state = try Sample.state()
        _ = state.takeChanges()
        let none = state.takeChanges()
        #expect(none.isEmpty)
        state.height += 1
        state.unproven[2] = nil
        state.jobs.update(1) { $0.commitGap.toggle() }
        let changes = state.takeChanges()
        #expect(changes.map { $0.key } == [[0, 0], state.jobs.recordKey(1), state.unproven.recordKey(2)])
        #expect(changes.map { $0.value == nil } == [false, false, true])
    }

    @Test func whatIsNoRecordIsRefusedByName() throws {
        var state = try Sample.state()
        let good = records(state.takeChanges())
        let genesis = try Sample.genesis()
        func error(_ records: [(key: [UInt8], value: [UInt8])]) -> SystemStateError? {
            do { _ = try SystemState(genesis: genesis, records: records) } catch { return error }
            return nil
        }
        #expect(error(good) == nil)
        #expect(error([]) == .missingScalar(0))
        #expect(error(Array(good.dropFirst())) == .missingScalar(0))
        #expect(error(good + [good[7]]) == .invalidKey(good[7].key))
        #expect(error(good + [good[0]]) == .invalidKey(good[0].key))
        #expect(error(good + [([], [])]) == .invalidKey([]))
        #expect(error(good + [([99, 1], [])]) == .invalidKey([99, 1]))
        #expect(error(good + [([0, 77], [])]) == .invalidKey([0, 77]))
        #expect(error(good + [([6, 1], [])]) == .invalidKey([6, 1]))
        let key: [UInt8] = [1] + Sample.address(99).bytes
        #expect(error(good + [(key, [1])]) == .invalidRecord(key: key, .malformed(.truncated)))
        var noValidators = good
        let sets = try #require(good.firstIndex { $0.key == state.validatorSets.recordKey(0) })
        noValidators[sets].value = [0, 0, 0, 0]
        #expect(error(noValidators) == .invalidRecord(key: good[sets].key, .invalidValidators))
        noValidators.remove(at: sets)
        #expect(error(noValidators) == .missingValidators)
    }

    @Test func aGenesisThatIsNoStateIsRefusedByName() throws {
        func error(_ change: (inout Genesis) -> Void) throws -> SystemStateError? {
            var genesis = try Sample.genesis()
            change(&genesis)
            do { _ = try SystemState(genesis: genesis) } catch { return error }
            return nil
        }
        #expect(try error { _ in } == nil)
        #expect(try error { $0.validators = [] } == .invalidValidators)
        #expect(try error { $0.provers.append($0.provers[0]) } == .duplicateProver)
        #expect(try error { $0.provers[1].operatorKey = $0.provers[0].operatorKey } == .duplicateProver)
        #expect(try error { $0.accounts[0].balance = .max } == .supplyOverflow)
    }
}
