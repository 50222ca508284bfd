internal import Yams

/// Turns the tree of a file into values by path.
struct ConfigurationFlattening {
    private(set) var entries: [ConfigurationFile.Entry] = []
    private(set) var keys: [ConfigurationFile.Key] = []
    private(set) var counts: [[String]: Int] = [:]

    /// Adds everything in a tree.
    mutating func flatten(_ root: Node) throws(ConfigurationFileMistake) {
        switch root {
        case .mapping(let mapping): try add(mapping, at: [])
        case .scalar where root.isNothing: break
        default: throw ConfigurationFileMistake(line: root.mark?.line, problem: "must be a mapping of sections")
        }
    }

    private mutating func add(_ mapping: Node.Mapping, at path: [String]) throws(ConfigurationFileMistake) {
        for (key, value) in mapping {
            guard let name = key.string else {
                throw ConfigurationFileMistake(line: key.mark?.line, problem: "has a key that is not a text")
            }
            let line = key.mark?.line ?? 0
            keys.append(ConfigurationFile.Key(path: path + [name], line: line))
            try add(value, at: path + [name], line: line)
        }
    }

    private mutating func add(_ node: Node, at path: [String], line: Int) throws(ConfigurationFileMistake) {
        switch node {
        case .mapping(let mapping):
            try add(mapping, at: path)
        case .sequence(let sequence):
            try add(sequence, at: path, line: line)
        case .scalar(let scalar):
            // A key without a value is a key that is not given, as an empty variable is.
            guard !node.isNothing else { return }
            entries.append(ConfigurationFile.Entry(path: path, value: .scalar(scalar.string), line: line))
        case .alias:
            throw ConfigurationFileMistake(line: line, problem: "has an alias, which is not supported")
        }
    }

    private mutating func add(
        _ sequence: Node.Sequence, at path: [String], line: Int
    ) throws(ConfigurationFileMistake) {
        let scalars = sequence.compactMap(\.scalar?.string)
        if scalars.count == sequence.count {
            entries.append(ConfigurationFile.Entry(path: path, value: .list(scalars), line: line))
            return
        }
        guard sequence.allSatisfy({ $0.mapping != nil }) else {
            throw ConfigurationFileMistake(
                line: line, problem: "\(path.joined(separator: ".")) must be a list of mappings or of plain values"
            )
        }
        counts[path] = sequence.count
        for (index, element) in sequence.enumerated() {
            try add(element, at: path + ["\(index)"], line: element.mark?.line ?? line)
        }
    }
}

extension Node {
    /// Whether it is `key:` with nothing behind, or `null`.
    fileprivate var isNothing: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }
}
