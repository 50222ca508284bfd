#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

// The generic comparisons of the standard library are not specialised for raw buffers, and cost more per message than
// all else that is done with it.
extension UnsafeRawBufferPointer {
    /// Whether the bytes are those of an ASCII literal.
    func equals(_ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && hasPrefix(UnsafeRawPointer(literal.utf8Start), count: count)
    }

    /// Whether the bytes begin with others.
    func hasPrefix(_ prefix: [UInt8]) -> Bool {
        prefix.withUnsafeBytes { prefix in
            guard let start = prefix.baseAddress else { return true }
            return hasPrefix(start, count: prefix.count)
        }
    }

    private func hasPrefix(_ start: UnsafeRawPointer, count prefixCount: Int) -> Bool {
        guard prefixCount > 0 else { return true }
        guard count >= prefixCount, let baseAddress else { return false }
        return memcmp(baseAddress, start, prefixCount) == 0
    }
}
