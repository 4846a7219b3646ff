/// Puts mutants into sources.
package enum MutantWeaver {
    /// Paths below `Sources` that mutants edit.
    package static var files: [String] { Set(MutantCatalogue.all.map(\.file)).sorted() }

    /// The text of a file with all its mutants in it, numbered from 1 by their place in the catalogue.
    package static func weave(_ source: String, file: String) throws(MutantFailure) -> String {
        var spans: [(range: Range<String.Index>, mutants: [(number: Int, mutant: Mutant)])] = []
        for (index, mutant) in MutantCatalogue.all.enumerated() where mutant.file == file {
            let found = source.ranges(of: mutant.old)
            guard found.count == 1, let range = found.first else {
                throw .doesNotApply(name: mutant.name, file: file, occurrences: found.count)
            }
            if let same = spans.firstIndex(where: { $0.range == range }) {
                if case .template(let template) = mutant.edit, !template.contains(mutant.old),
                    let other = spans[same].mutants.first
                {
                    throw .overlaps(name: mutant.name, other: other.mutant.name)
                }
                spans[same].mutants.append((index + 1, mutant))
                continue
            }
            if let other = spans.first(where: { $0.range.overlaps(range) })?.mutants.first {
                throw .overlaps(name: mutant.name, other: other.mutant.name)
            }
            spans.append((range, [(index + 1, mutant)]))
        }
        var woven = source
        for span in spans.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
            var text = String(source[span.range])
            for (number, mutant) in span.mutants { text = mutant.woven(number: number, inside: text) }
            woven.replaceSubrange(span.range, with: text)
        }
        return "import MutantSwitch\n" + woven
    }
}
