import CFuzzer
import FuzzTargets
import Glibc

/// The target of this process: libFuzzer's callback takes no context.
nonisolated(unsafe) private var chosen = FuzzTarget.canary

/// `Fuzzer all SECONDS FOLDER` runs all targets, `Fuzzer list` writes their names, and `Fuzzer TARGET [options of
/// libFuzzer] [corpus or input]` runs one. SwiftPM calls an executable's main by this name.
@_cdecl("Fuzzer_main")
func fuzzerMain(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    func text(_ position: Int) -> String { unsafe arguments[position].map { unsafe String(cString: $0) } ?? "" }
    let name = count > 1 ? text(1) : ""
    if name == "list" {
        for target in FuzzTarget.allCases where target != .canary { print(target.rawValue) }
        return 0
    }
    if name == "all", count == 4, let seconds = Int(text(2)) {
        do { return try FuzzRun(seconds: seconds, folder: text(3)).run() } catch {
            complain("Fuzzer: \(error)\n")
            return 1
        }
    }
    guard let target = FuzzTarget(rawValue: name) else {
        complain("usage: Fuzzer all SECONDS FOLDER | list | TARGET [options of libFuzzer] [corpus]\n")
        return 2
    }
    unsafe chosen = target
    // libFuzzer gets the rest, behind the program's name.
    unsafe arguments[1] = unsafe arguments[0]
    var rest = count - 1
    var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe arguments + 1
    return unsafe LLVMFuzzerRunDriver(&rest, &list) { data, size in
        let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
        unsafe chosen.run(bytes)
        return 0
    }
}

private func complain(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
