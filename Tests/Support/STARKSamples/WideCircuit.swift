package import ProofField
package import STARKCore

/// A circuit with the shape of an account table: 184 columns, mostly bits, eight messages.
package struct WideCircuit: Circuit {
    package static let width = 184
    package let name = "Wide"
    package let id: UInt32 = 4
    package let bus = Bus(id: 3, name: "MEMORY", width: 15)

    package init() {}

    package func describe(_ air: inout AIRBuilder) {
        let bits = air.columns("bit", 144)
        let limbs = air.columns("limb", 40)
        for (number, bit) in bits.enumerated() { air.assertBoolean(bit, "bit \(number)") }
        for limb in 0..<6 {
            let sum = (0..<24).reduce(air.constant(0)) { $0 + bits[24 * limb + $1] * Expression(1 << $1) }
            air.assertZero(limbs[limb] - sum, "limb \(limb) is its bits")
            air.assertZero(limbs[6 + limb] - limbs[limb] * limbs[limb] * bits[limb], "square \(limb)")
        }
        for message in 0..<4 {
            let tuple = (0..<15).map { limbs[(message * 4 + $0) % 40] }
            air.send(bus, tuple, times: bits[message], "send \(message)")
            air.send(bus, tuple, times: -bits[message], "receive \(message)")
        }
    }

    package static func trace(logHeight: Int) -> FeltMatrix {
        let trace = FeltMatrix(rows: 1 << logHeight, width: width)
        var state: UInt64 = 1
        for row in 0..<trace.rows {
            for limb in 0..<6 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let value = UInt32(truncatingIfNeeded: state >> 40)
                for bit in 0..<24 where value >> UInt32(bit) & 1 == 1 { trace[row, 24 * limb + bit] = .one }
                trace[row, 144 + limb] = Felt(value)
            }
            for limb in 0..<6 {
                let value = trace[row, 144 + limb]
                trace[row, 150 + limb] = value * value * trace[row, limb]
            }
        }
        return trace
    }
}
