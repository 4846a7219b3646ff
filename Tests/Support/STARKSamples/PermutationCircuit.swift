package import ProofField
package import STARKCore

/// What the round function needs of its values, so that trace and constraints share it.
private protocol RoundValue {
    init(_ value: Int)
    static func + (left: Self, right: Self) -> Self
    static func * (left: Self, right: Self) -> Self
}

extension Expression: RoundValue {}

private struct Element: RoundValue {
    var value: Felt
    init(_ value: Int) { self.value = Felt(reducing: value) }
    init(value: Felt) { self.value = value }
    static func + (left: Element, right: Element) -> Element { Element(value: left.value + right.value) }
    static func * (left: Element, right: Element) -> Element { Element(value: left.value * right.value) }
}

/// A circuit with the shape of a Poseidon2 table (16 + 64 + 20 + 64 columns of degree 3, seven more, three messages
/// of width 11), with round constants of its own: a realistic load.
package struct PermutationCircuit: Circuit {
    package static let width = 171
    package let name = "Permutation"
    package let id: UInt32 = 3
    package let bus = Bus(id: 2, name: "NODE", width: 11)

    package init() {}

    package func describe(_ air: inout AIRBuilder) {
        let input = air.columns("input", 16)
        let rounds = air.columns("round", 148)
        let flags = air.columns("flag", 3)
        let level = air.column("level")
        let index = air.column("index")
        let untouched = air.columns("untouched", 2)
        var next = 0
        let output = Self.permute(input) { value, _ in
            air.assertZero(rounds[next] - value, "round \(next)")
            defer { next += 1 }
            return rounds[next]
        }
        for (number, flag) in (flags + untouched).enumerated() { air.assertBoolean(flag, "flag \(number)") }
        air.assertZero(untouched[0] * (1 - flags[1]), "untouched children are new")
        let direction = flags[1] + flags[2] - flags[0]
        let tag = flags[0] + 2 * flags[1] + 3 * flags[2]
        let parent = (0..<8).map { output[$0] + input[$0] }
        air.send(bus, [tag, level, index] + parent, times: direction, "parent")
        air.send(bus, [tag - untouched[0], level + 1, 2 * index] + input[..<8], times: -direction, "left")
        air.send(bus, [tag - untouched[1], level + 1, 2 * index + 1] + input[8...], times: -direction, "right")
    }

    /// Rows permute (row, row + 1, …) with no flag set but for `active` rows, which have flag 1.
    package static func trace(logHeight: Int, active: Int) -> FeltMatrix {
        let trace = FeltMatrix(rows: 1 << logHeight, width: width)
        for row in 0..<trace.rows {
            let input = (0..<16).map { Element(row < active ? row + $0 : 0) }
            for column in 0..<16 { trace[row, column] = input[column].value }
            var column = 16
            _ = permute(input) { value, _ in
                trace[row, column] = value.value
                column += 1
                return value
            }
            if row < active { trace[row, 165] = .one }
        }
        return trace
    }

    /// Four full rounds, twenty partial ones, four full ones; `commit` stands for every value that has a column.
    private static func permute<Value: RoundValue>(
        _ input: [Value], _ commit: (Value, Int) -> Value
    ) -> [Value] {
        var state = external(input)
        func cube(_ value: Value, _ constant: Int) -> Value {
            let sum = value + Value(constant)
            return sum * sum * sum
        }
        for round in 0..<28 {
            if (4..<24).contains(round) {
                state[0] = commit(cube(state[0], 1_000_003 * (round + 1)), 0)
                state = inner(state)
            } else {
                state = external(state.enumerated().map { cube($1, 7919 * (16 * round + $0 + 1)) })
                state = state.enumerated().map { commit($1, $0) }
            }
        }
        return state
    }

    private static func external<Value: RoundValue>(_ state: [Value]) -> [Value] {
        var mixed: [Value] = []
        for chunk in stride(from: 0, to: 16, by: 4) {
            let sum = state[chunk..<(chunk + 4)].dropFirst().reduce(state[chunk]) { $0 + $1 }
            for lane in 0..<4 {
                let next: Value = state[chunk + (lane + 1) % 4]
                mixed.append(sum + state[chunk + lane] + (next + next))
            }
        }
        let sums: [Value] = (0..<4).map { lane in
            stride(from: lane + 4, to: 16, by: 4).reduce(mixed[lane]) { $0 + mixed[$1] }
        }
        return mixed.enumerated().map { $1 + sums[$0 % 4] }
    }

    private static func inner<Value: RoundValue>(_ state: [Value]) -> [Value] {
        let sum = state.dropFirst().reduce(state[0]) { $0 + $1 }
        return state.enumerated().map { sum + $1 * Value($0 - 2) }
    }
}
