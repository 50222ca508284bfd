#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Darwin)
internal import Darwin
#endif

/// What changes when a file is written, or replaced as editors and Kubernetes do.
struct FileFingerprint: Equatable {
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int
    private let nanoseconds: Int

    /// Looks at a file, or at what a link leads to; nil if there is none.
    ///
    /// - Parameter path: its path.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        #if canImport(Darwin)
        let time = status.st_mtimespec
        #else
        let time = status.st_mtim
        #endif
        seconds = Int(time.tv_sec)
        nanoseconds = Int(time.tv_nsec)
    }

    /// Looks at several files.
    ///
    /// - Parameter paths: their paths.
    /// - Returns: what there is, by path.
    static func all(of paths: Set<String>) -> [String: FileFingerprint] {
        paths.reduce(into: [:]) { found, path in found[path] = FileFingerprint(path) }
    }
}
