#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Looks whether this machine lets a node serve many clients.
package struct SystemDoctor: Sendable {
    /// Creates a doctor.
    package init() {}

    /// Looks at everything.
    package func examine() -> [DoctorFinding] {
        [files(FileDescriptorLimit.raise()?.soft), backlog(Self.number(in: "/proc/sys/net/core/somaxconn"))]
    }

    /// Judges how many files may be open.
    func files(_ limit: UInt64?) -> DoctorFinding {
        let check = "Open files"
        guard let limit else { return DoctorFinding(check, .unknown, "the system does not tell the limit") }
        guard limit < 10_000 else { return DoctorFinding(check, .ok, "at most \(limit), one a client") }
        return DoctorFinding(
            check, .warning, "at most \(limit), one a client",
            advice: "ulimit -n 1048576; systemd: LimitNOFILE=1048576; Docker: --ulimit nofile=1048576"
        )
    }

    /// Judges how many connections may wait to be accepted.
    func backlog(_ limit: Int?) -> DoctorFinding {
        let check = "Backlog"
        guard let limit else { return DoctorFinding(check, .unknown, "the system does not tell net.core.somaxconn") }
        guard limit < 4096 else { return DoctorFinding(check, .ok, "up to \(limit) connections may wait") }
        return DoctorFinding(
            check, .warning,
            "only \(limit) connections may wait to be accepted, so a herd that comes back is turned away",
            advice: "sysctl -w net.core.somaxconn=4096"
        )
    }

    private static func number(in file: String) -> Int? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        return text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }
}
