/// Why a benchmark could not be run.
package enum BenchmarkError: Error, CustomStringConvertible {
    /// The plan makes no sense.
    case unusablePlan(String)
    /// A client could not connect or join.
    case notJoined(String)
    /// The clients had not all joined in time.
    case connectTimeout(joined: Int, of: Int)

    package var description: String {
        switch self {
        case .unusablePlan(let reason): reason
        case .notJoined(let reason): reason
        case .connectTimeout(let joined, let clients): "only \(joined) of \(clients) clients have joined in time"
        }
    }
}
