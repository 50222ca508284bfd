/// Why a benchmark could not be run.
package enum BenchmarkError: Error, CustomStringConvertible {
    /// The plan makes no sense.
    case unusablePlan(String)
    /// Nobody answers at the address.
    case unreachable(String, cause: any Error)
    /// A client was refused, or lost its connection, before it had joined.
    case notJoined(String)
    /// The clients had not all joined in time.
    case connectTimeout(joined: Int, of: Int)

    package var description: String {
        switch self {
        case .unusablePlan(let reason): reason
        case .unreachable(let url, let cause): "cannot connect to \(url): \(cause)"
        case .notJoined(let reason): reason
        case .connectTimeout(let joined, let clients): "only \(joined) of \(clients) clients have joined in time"
        }
    }
}
