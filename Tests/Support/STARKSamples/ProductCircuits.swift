package import ProofField
package import STARKCore

/// The bus of the sample circuits: a product's factors and value.
package let productBus = Bus(id: 1, name: "PRODUCT", width: 3)

/// Sends (a, b, a b) for its active rows.
package struct ProductSource: Circuit {
    package let name = "ProductSource"
    package let id: UInt32 = 1

    package init() {}

    package func describe(_ air: inout AIRBuilder) {
        let active = air.column("active")
        let a = air.column("a")
        let b = air.column("b")
        let c = air.column("c")
        air.assertBoolean(active, "active is a flag")
        air.assertZero(active * (c - a * b), "c is the product")
        air.assertZero((active - 1) * c, "inactive rows have no product")
        air.send(productBus, [a, b, c], times: active, "product")
    }

    /// Row i holds (i + 1, 3 i + offset) and their product for i below `count`, zeros after.
    package static func trace(logHeight: Int, count: Int, offset: Int = 0) -> FeltMatrix {
        let trace = FeltMatrix(rows: 1 << logHeight, width: 4)
        for row in 0..<count {
            let (a, b) = (Felt(reducing: row + 1), Felt(reducing: 3 * row + offset))
            trace[row, 0] = .one
            trace[row, 1] = a
            trace[row, 2] = b
            trace[row, 3] = a * b
        }
        return trace
    }
}

/// Takes tuples from the bus, two kinds a row; its four messages make two stage-2 columns.
package struct ProductSink: Circuit {
    package let name = "ProductSink"
    package let id: UInt32 = 2

    package init() {}

    package func describe(_ air: inout AIRBuilder) {
        for side in ["left", "right", "echo"] {
            let active = air.column("\(side) active")
            let tuple = air.columns(side, 3)
            air.assertBoolean(active, "\(side) active is a flag")
            air.send(productBus, tuple, times: -active, "\(side) product")
        }
        let echoed = air.column("echoed")
        air.assertBoolean(echoed, "echoed is a flag")
        // A constant element and a linear one.
        air.send(productBus, [air.constant(7), echoed, echoed * 7], times: echoed - 0, "echo")
    }

    /// Takes the tuples of ``ProductSource/trace(logHeight:count:offset:)`` in reverse order, two a row; the first
    /// row also sends (7, 1, 7) and takes it back.
    package static func trace(logHeight: Int, count: Int, offset: Int = 0) -> FeltMatrix {
        let trace = FeltMatrix(rows: 1 << logHeight, width: 13)
        for position in 0..<count {
            let source = count - 1 - position
            let (row, column) = (position / 2, 4 * (position % 2))
            let (a, b) = (Felt(reducing: source + 1), Felt(reducing: 3 * source + offset))
            trace[row, column] = .one
            trace[row, column + 1] = a
            trace[row, column + 2] = b
            trace[row, column + 3] = a * b
        }
        trace[0, 8] = .one
        trace[0, 9] = Felt(7)
        trace[0, 10] = .one
        trace[0, 11] = Felt(7)
        trace[0, 12] = .one
        return trace
    }
}
