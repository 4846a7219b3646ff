/// A bug planted in the production code: an edit of one file that a build carries beside the original, switched on by
/// number at run time. All mutants so live in one build (mutant schemata: Untch, Offutt and Harrold, ISSTA 1993).
package struct Mutant: Sendable {
    /// What stands in for the old text.
    enum Edit: Sendable {
        /// An expression in place of an expression.
        case expression(String)
        /// Text in which `$on` is true when the mutant is active. Where several mutants edit the same text, it must
        /// hold the old text as it stands.
        case template(String)
    }

    package let name: String
    /// Path below `Sources`.
    package let file: String
    let old: String
    let edit: Edit

    /// An expression in place of another one.
    init(_ name: String, _ file: String, _ old: String, _ new: String) {
        self.init(name, file, old, .expression(new))
    }

    init(_ name: String, _ file: String, _ old: String, _ edit: Edit) {
        self.name = name
        self.file = file
        self.old = old
        self.edit = edit
    }

    /// What the old text becomes in the woven build.
    func woven(number: Int, inside text: String) -> String {
        let isActive = "(MutantSwitch.active == \(number))"
        switch edit {
        case .expression(let new): return "(\(isActive) ? (\(new)) : (\(text)))"
        case .template(let template): return template.replacing(old, with: text).replacing("$on", with: isActive)
        }
    }
}

/// Why a mutant is no edit of the sources as they are.
package enum MutantFailure: Error, CustomStringConvertible, Sendable {
    /// Its old text does not stand exactly once in its file.
    case doesNotApply(name: String, file: String, occurrences: Int)
    /// Its old text overlaps that of another one without being the same.
    case overlaps(name: String, other: String)
    case missingFile(String)

    package var description: String {
        switch self {
        case .doesNotApply(let name, let file, let occurrences):
            "mutant \(name): its old text stands \(occurrences) times in Sources/\(file), and must stand once; "
                + "bring the mutant up to date"
        case .overlaps(let name, let other): "mutants \(name) and \(other) edit overlapping text"
        case .missingFile(let file): "Sources/\(file) is not there, but mutants edit it"
        }
    }
}
