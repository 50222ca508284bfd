internal import Foundation

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// What processes have used, by Linux' `/proc`; elsewhere nothing is known.
struct ProcessUsage: Sendable, Equatable {
    /// Processor time of all threads, in nanoseconds.
    var cpu: UInt64 = 0
    /// The kernel's part of it, in clock ticks.
    var systemTicks: UInt64 = 0
    /// User code's part of it, in clock ticks.
    var userTicks: UInt64 = 0

    /// Adds up what processes have used.
    ///
    /// - Parameter processes: their ids.
    /// - Returns: nil if there are none, or one can't be looked at.
    static func of(_ processes: [Int32]) -> ProcessUsage? {
        guard !processes.isEmpty else { return nil }
        var sum = ProcessUsage()
        for process in processes {
            guard let usage = of(process) else { return nil }
            sum.cpu += usage.cpu
            sum.systemTicks += usage.systemTicks
            sum.userTicks += usage.userTicks
        }
        return sum
    }

    /// What was used since an earlier look.
    static func - (later: ProcessUsage, earlier: ProcessUsage) -> ProcessUsage {
        ProcessUsage(
            cpu: later.cpu &- earlier.cpu, systemTicks: later.systemTicks &- earlier.systemTicks,
            userTicks: later.userTicks &- earlier.userTicks
        )
    }

    /// The resident memory of processes that is no file's, shared pages counted in proportion (PSS).
    ///
    /// What mapped files take, the program and its libraries, does not grow with clients. It would seem to shrink with
    /// them where the generator is made of the same files, for it shares more and more of their pages.
    ///
    /// - Parameter processes: their ids.
    /// - Returns: bytes; nil if there are no processes, or one can't be looked at.
    static func memory(of processes: [Int32]) -> UInt64? {
        guard !processes.isEmpty else { return nil }
        var sum: UInt64 = 0
        for process in processes {
            guard let rollup = try? String(contentsOfFile: "/proc/\(process)/smaps_rollup", encoding: .utf8),
                let line = rollup.split(separator: "\n").first(where: { $0.hasPrefix("Pss_Anon:") }),
                let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
            else { return nil }
            sum += kilobytes * 1024
        }
        return sum
    }

    private static func of(_ process: Int32) -> ProcessUsage? {
        #if canImport(Glibc) || canImport(Musl)
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0,
            let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            // The command's name, in parentheses, may contain anything.
            let name = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[name...].split(separator: " ")
        guard fields.count > 13, let user = UInt64(fields[12]), let system = UInt64(fields[13]) else { return nil }
        return ProcessUsage(
            cpu: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec), systemTicks: system, userTicks: user
        )
        #else
        return nil
        #endif
    }
}
