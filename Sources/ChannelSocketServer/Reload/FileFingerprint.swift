internal import Foundation

/// What changes when a file is written, or replaced as editors and Kubernetes do.
struct FileFingerprint: Equatable {
    private let inode: UInt64
    private let size: UInt64
    /// A number, because a date says no more than the second when it is written out.
    private let modified: TimeInterval

    /// Looks at a file, or at what a link leads to; nil if there is none.
    ///
    /// - Parameter path: its path.
    init?(_ path: String) {
        let target = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target),
            let modified = attributes[.modificationDate] as? Date
        else { return nil }
        inode = Self.number(attributes[.systemFileNumber])
        size = Self.number(attributes[.size])
        self.modified = modified.timeIntervalSinceReferenceDate
    }

    /// Looks at several files.
    ///
    /// - Parameter paths: their paths.
    /// - Returns: what there is, by path; nil where there is no file.
    static func all(of paths: some Sequence<String>) -> [String: FileFingerprint?] {
        paths.reduce(into: [:]) { found, path in found[path] = .some(FileFingerprint(path)) }
    }

    /// Which integer type it is depends on the platform.
    private static func number(_ attribute: Any?) -> UInt64 {
        (attribute as? any BinaryInteger).map { UInt64(truncatingIfNeeded: $0) } ?? 0
    }
}
