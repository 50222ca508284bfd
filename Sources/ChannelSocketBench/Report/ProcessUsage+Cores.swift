internal import Foundation
internal import NIOCore

extension ProcessUsage {
    /// How many cores this process may use: those of its control group, and of them those it is not kept from.
    static var usableCores: Int {
        let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        return max(1, min(System.coreCount, status.flatMap(allowedCores(inStatus:)) ?? .max))
    }

    /// How many cores `taskset` and its like leave a process.
    ///
    /// - Parameter status: what is in its `/proc/PID/status`.
    /// - Returns: nil if that does not say.
    static func allowedCores(inStatus status: String) -> Int? {
        // A mask in hexadecimal digits, with commas between its words.
        let name = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        return line.dropFirst(name.count).compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
    }
}
