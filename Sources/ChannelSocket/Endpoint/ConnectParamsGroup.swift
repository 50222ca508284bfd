/// What a query says below one name, in the order of first use, while it is being parsed.
struct ConnectParamsGroup {
    private enum Entry {
        case text(String)
        case group(Int)
    }

    private var entries: [(key: String?, value: Entry)] = []
    private var groups: [ConnectParamsGroup] = []
    private var groupIndices: [String?: Int] = [:]

    mutating func insert(_ text: String, at path: ArraySlice<String?>) {
        guard let key = path.first else { return }
        guard path.count > 1 else {
            entries.append((key, .text(text)))
            return
        }
        let index = groupIndices[key] ?? groups.count
        if index == groups.count {
            groups.append(ConnectParamsGroup())
            groupIndices[key] = index
            entries.append((key, .group(index)))
        }
        groups[index].insert(text, at: path.dropFirst())
    }

    var object: [String: ConnectParams.Value] {
        entries.reduce(into: [:]) { object, entry in
            if let key = entry.key { object[key] = value(of: entry.value) }
        }
    }

    private var value: ConnectParams.Value {
        // The last use decides whether this is a list; what does not fit is dropped.
        guard let last = entries.last, last.key == nil else { return .object(object) }
        return .list(entries.filter { $0.key == nil }.map { value(of: $0.value) })
    }

    private func value(of entry: Entry) -> ConnectParams.Value {
        switch entry {
        case .text(let text): .text(text)
        case .group(let index): groups[index].value
        }
    }
}
