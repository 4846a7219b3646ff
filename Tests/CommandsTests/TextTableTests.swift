import CommandShell
import Commands
import Logging
import Testing

struct TextTableTests {
    @Test func columnsAreAlignedAndLinesNotPadded() {
        var table = TextTable([.left("name"), .right("n"), .left("x")])
        table.add(["a", "10", ""])
        table.add(["long name", "2", "y"])
        #expect(table.lines == ["name        n  x", "a          10", "long name   2  y"])
    }

    private static var jobs: TextTable {
        var table = TextTable([.right("job"), .left("phase").optional, .left("state")])
        table.add(["7", "t1", "selected"])
        table.add(["8", "", "settled"])
        return table
    }

    @Test func optionalColumnsGoWhereTheTerminalHasNoRoom() {
        let whole = "job  phase  state\n  7  t1     selected\n  8         settled"
        #expect(Self.jobs.text(within: nil) == whole)
        #expect(Self.jobs.text(within: 20) == whole)
        #expect(Self.jobs.text(within: 19) == "job  state\n  7  selected\n  8  settled")
    }

    @Test func aTableThatDoesNotFitIsARecordARow() {
        let records = "job    7\nphase  t1\nstate  selected\n\njob    8\nstate  settled"
        #expect(Self.jobs.text(within: 12) == records)
    }

    @Test func aLogLineHasTimeLevelAndWhoSaysIt() {
        let line = LineLog.line(.warning, "peers", "peer 0x12 is down", milliseconds: 1_700_000_000_042)
        #expect(line == "2023-11-14T22:13:20.042Z warning peers: peer 0x12 is down\n")
    }

    @Test func aNodeSaysThatItLivesAndThatItsChainStandsStill() {
        let moving = NodePulse.line(height: 90, before: 60, proven: 88, peers: 3)
        #expect(moving.level == .info && moving.text == "block 90, 30 more than before, proven to 88, 3 peers")
        let still = NodePulse.line(height: 90, before: 90, proven: 88, peers: 1)
        #expect(still.level == .warning && still.text == "no block for 60 s: still at block 90, 1 peer")
        #expect(
            NodePulse.line(height: 1, before: 0, proven: 0, peers: nil).text
                == "block 1, 1 more than before, proven to 0")
    }

    @Test func fieldsStandBelowEachOther() {
        var fields = FieldList()
        fields.add("height", "5")
        fields.add("fee", "1")
        #expect(fields.text == "height  5\nfee     1")
    }
}
