internal import Yams

/// Why a configuration file could not be understood.
struct ConfigurationFileMistake: Error, Equatable {
    /// Where, from 1, if that can be told.
    let line: Int?
    /// What, for people.
    let problem: String

    /// Creates a mistake.
    init(line: Int?, problem: String) {
        self.line = line
        self.problem = problem
    }

    /// Translates what the parser says, which quotes the file otherwise: there are secrets in it.
    init(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, problem: "is not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(line: context.mark.line, problem: "has a key twice: \(keys.joined(separator: ", "))")
        case .reader(let problem, _, _, _):
            self.init(line: nil, problem: "is not a text: \(problem)")
        default:
            self.init(line: nil, problem: "cannot be understood")
        }
    }
}
