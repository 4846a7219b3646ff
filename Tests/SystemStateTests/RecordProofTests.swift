import ByteCodec
import SystemState
import Testing

struct RecordProofTests {
    @Test func everyJobsRecordIsShownUnderTheRoot() throws {
        var state = try Sample.state()
        let root = state.root()
        #expect(!state.jobs.isEmpty)
        for (number, job) in state.jobs.rows {
            let made = state.proof(ofJob: number)
            let proof = try #require(made)
            #expect(proof.shows(job: number, value: job.encoded, under: root))
            #expect(!proof.shows(job: number, value: job.encoded + [0], under: root))
            #expect(!proof.shows(job: number + 1, value: job.encoded, under: root))
        }
        let none = state.proof(ofJob: 999)
        #expect(none == nil)
    }

    /// Every place of trees of every shape, and no other path, index or count.
    @Test(arguments: 1..<34) func aPathLeadsFromItsLeafToTheRootAndNoOtherDoes(count: Int) throws {
        let leaves = (0..<count).map { RecordTree.leaf(key: [UInt8($0)], value: [7]) }
        let root = RecordTree.root(leaves: leaves)
        for (index, leaf) in leaves.enumerated() {
            let path = try #require(RecordTree.path(to: index, leaves: leaves))
            func leads(_ index: Int, _ count: Int, _ path: [Bytes32]) -> Bool {
                RecordTree.root(leaf: leaf, index: UInt64(index), count: UInt64(count), path: path) == root
            }
            #expect(leads(index, count, path))
            #expect(!leads(index, count, path + [.zero]))
            #expect(count == 1 || !leads(index, count, Array(path.dropLast())))
            #expect(!leads(count, count, path))
            #expect(count == 1 || !leads((index + 1) % count, count, path))
            for place in path.indices {
                var other = path
                other[place] = .zero
                #expect(!leads(index, count, other))
            }
        }
        #expect(RecordTree.path(to: count, leaves: leaves) == nil)
    }
}
