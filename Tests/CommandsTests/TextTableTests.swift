import CommandShell
import Testing

struct TextTableTests {
    @Test func columnsAreAlignedAndLinesNotPadded() {
        var table = TextTable([.left("name"), .right("n"), .left("x")])
        table.add(["a", "10", ""])
        table.add(["long name", "2", "y"])
        #expect(table.lines == ["name        n  x", "a          10", "long name   2  y"])
    }

    @Test func fieldsStandBelowEachOther() {
        var fields = FieldList()
        fields.add("height", "5")
        fields.add("fee", "1")
        #expect(fields.text == "height  5\nfee     1")
    }
}
