#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// How many files, and so connections, the process may have open.
package struct FileDescriptorLimit: Equatable {
    /// What holds now.
    package let soft: UInt64
    /// How far the process may raise it itself.
    package let hard: UInt64

    /// Raises the soft limit to the hard one: the usual 1024 would end a node at a thousand clients.
    ///
    /// - Returns: what holds afterwards; nil if the system does not say.
    package static func raise() -> FileDescriptorLimit? {
        guard var limit = read() else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            // A refusal changes nothing, and is told by what is read back.
            _ = setrlimit(resource, &limit)
        }
        return current()
    }

    /// What holds now; nil if the system does not say.
    static func current() -> FileDescriptorLimit? {
        read().map { FileDescriptorLimit(soft: UInt64($0.rlim_cur), hard: UInt64($0.rlim_max)) }
    }

    private static func read() -> rlimit? {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? limit : nil
    }

    #if canImport(Glibc)
    static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    static let resource = RLIMIT_NOFILE
    #endif
}
