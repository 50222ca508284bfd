internal import ChannelSocket
internal import CoreMetrics
internal import FoundationEssentials

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// Reports what the process takes of the machine.
///
/// Memory and open files are read from `/proc`, and left out where there is none.
struct ProcessMetrics: MetricsSource {
    private let residentMemory: Meter
    private let openFiles: Meter
    private let maxFiles: Meter
    private let cpuSeconds: FloatingPointCounter
    private let reportedSeconds = SecondsReported()
    private let hasProc: Bool

    /// Creates the metrics, build and start included.
    init(version: String, factory: any MetricsFactory) {
        func meter(_ name: String) -> Meter { Meter(label: "channelsocket_process_\(name)", factory: factory) }
        hasProc = Self.residentBytes() != nil
        residentMemory = meter("resident_memory_bytes")
        openFiles = meter("open_fds")
        maxFiles = meter("max_fds")
        cpuSeconds = FloatingPointCounter(label: "channelsocket_process_cpu_seconds_total", factory: factory)
        meter("start_time_seconds").set(Date().timeIntervalSince1970.rounded())
        Meter(label: "channelsocket_build_info", dimensions: [("version", version)], factory: factory).set(1)
    }

    func report() {
        if let bytes = Self.residentBytes() { residentMemory.set(bytes) }
        if let files = Self.openFileCount() { openFiles.set(files) }
        if let limit = FileDescriptorLimit.current() { maxFiles.set(limit.soft) }
        cpuSeconds.increment(by: reportedSeconds.advance(to: Self.cpuTime()))
    }

    /// The CPU time of the process so far, in seconds.
    private static func cpuTime() -> Double {
        // POSIX: CLOCKS_PER_SEC is a million everywhere.
        max(0, Double(clock()) / 1_000_000)
    }

    static func residentBytes() -> Int? {
        guard let statm = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = statm.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    static func openFileCount() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var entries = 0
        while readdir(directory) != nil {
            entries += 1
        }
        // Without `.`, `..` and the directory itself.
        return max(0, entries - 3)
    }
}
