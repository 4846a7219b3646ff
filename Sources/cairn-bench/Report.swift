import Foundation

/// Results as text or as one JSON object a line, with keys in order of name.
struct Report {
    let asJSON: Bool

    func line(_ name: String, _ values: [String: Double]) {
        let sorted = values.sorted { $0.key < $1.key }
        if asJSON {
            let fields = sorted.map { "\"\($0.key)\":\(format($0.value))" }
            print("{" + (["\"name\":\"\(name)\""] + fields).joined(separator: ",") + "}")
        } else {
            let fields = sorted.map { "\($0.key) \(format($0.value))" }
            print("\(name): " + fields.joined(separator: ", "))
        }
    }

    /// For people who wait; not part of the results.
    func progress(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    private func format(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        return String((value * 1_000).rounded() / 1_000)
    }

    /// Wall-clock seconds of a body.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        inSeconds(try ContinuousClock().measure(body))
    }

    static func seconds(_ body: () async throws -> Void) async rethrows -> Double {
        inSeconds(try await ContinuousClock().measure(body))
    }

    private static func inSeconds(_ time: Duration) -> Double {
        Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    }
}
