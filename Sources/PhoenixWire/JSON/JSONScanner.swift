/// A validating, non-recursive, single pass over JSON text (RFC 8259) that finds where values lie and builds nothing.
///
/// Everything Phoenix' decoder (Jason) refuses is refused: lone surrogates in escapes, raw control characters,
/// UTF-8 that is not well-formed, `NaN`. Numbers are checked for their form only, so `1e999` passes.
struct JSONScanner {
    /// The text.
    let bytes: UnsafeRawBufferPointer
    /// The index of the next byte.
    var position = 0

    private let maxDepth: Int
    private var keys = MemberKeyFilter()
    private var objectCount: UInt32 = 0
    /// The containers around the innermost one: the first 32 without an allocation.
    private var outerContainers = InlineArray<32, Container>(repeating: .array)
    private var deepContainers: [Container] = []

    /// An open array, or an open object with its number.
    private struct Container {
        static let array = Container(object: 0)
        /// 0 for an array.
        var object: UInt32
        var isObject: Bool { object != 0 }
    }

    /// Creates a scanner at the start of the text.
    init(_ bytes: UnsafeRawBufferPointer, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    /// The next byte; at the end 0, which is no token either.
    @inline(__always)
    var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    /// Whether everything has been scanned.
    var isAtEnd: Bool { position >= bytes.count }

    /// Goes to the next byte that is not white space.
    @inline(__always)
    mutating func skipWhitespace() {
        while position < bytes.count, bytes[position] <= 0x20 {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position &+= 1
            default: return
            }
        }
    }

    /// Takes the byte if it is the next one.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position &+= 1
        return true
    }

    /// Skips white space, one value, and white space.
    ///
    /// - Throws: ``WireError`` of code `malformedJSON`, `invalidUTF8` or `limitExceeded`.
    @inline(__always)
    mutating func scanValue() throws(WireError) -> JSONToken {
        skipWhitespace()
        var token = JSONToken(start: position, end: position)
        switch next {
        case UInt8(ascii: "\""):
            token.isEscapedString = try scanString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            token.mayRepeatKeys = try scanContainer()
        default:
            try scanScalar()
        }
        token.end = position
        skipWhitespace()
        return token
    }

    /// Skips the array or object at the position.
    ///
    /// - Returns: whether an object in it may have two members of one name.
    private mutating func scanContainer() throws(WireError) -> Bool {
        var container = Container.array
        var depth = 0
        var mayRepeatKeys = false
        while true {
            // A value is due at the position.
            var isComplete = true
            switch next {
            case UInt8(ascii: "\""):
                _ = try scanString()
            case UInt8(ascii: "{"):
                try open(&container, &depth, Container(object: nextObject()))
                if !take(UInt8(ascii: "}")) {
                    mayRepeatKeys = try scanKey(of: container) || mayRepeatKeys
                    isComplete = false
                } else {
                    close(&container, &depth)
                }
            case UInt8(ascii: "["):
                try open(&container, &depth, .array)
                if take(UInt8(ascii: "]")) {
                    close(&container, &depth)
                } else {
                    isComplete = false
                }
            default:
                try scanScalar()
            }
            // After a complete value: ends of containers, then perhaps a comma.
            while isComplete {
                if depth == 0 { return mayRepeatKeys }
                skipWhitespace()
                switch next {
                case UInt8(ascii: ","):
                    position &+= 1
                    skipWhitespace()
                    if container.isObject {
                        mayRepeatKeys = try scanKey(of: container) || mayRepeatKeys
                    }
                    isComplete = false
                case UInt8(ascii: "}") where container.isObject, UInt8(ascii: "]") where !container.isObject:
                    position &+= 1
                    close(&container, &depth)
                default:
                    throw malformed()
                }
            }
        }
    }

    /// Enters the container whose opening bracket is at the position, and skips to its content.
    @inline(__always)
    private mutating func open(
        _ container: inout Container,
        _ depth: inout Int,
        _ inner: Container
    ) throws(WireError) {
        guard depth < maxDepth else { throw tooDeep() }
        if depth < outerContainers.count {
            outerContainers[depth] = container
        } else {
            deepContainers.append(container)
        }
        container = inner
        depth &+= 1
        position &+= 1
        skipWhitespace()
    }

    /// Leaves the innermost container.
    @inline(__always)
    private mutating func close(_ container: inout Container, _ depth: inout Int) {
        depth &-= 1
        container = depth < outerContainers.count ? outerContainers[depth] : deepContainers.removeLast()
    }

    private mutating func nextObject() -> UInt32 {
        objectCount &+= 1
        return objectCount
    }

    /// Skips a key, its colon and the white space around them.
    ///
    /// - Returns: whether the object may have another member of that name.
    @inline(__always)
    private mutating func scanKey(of container: Container) throws(WireError) -> Bool {
        guard next == UInt8(ascii: "\"") else { throw malformed() }
        let start = position &+ 1
        let isEscaped = try scanString()
        let end = position &- 1
        skipWhitespace()
        guard take(UInt8(ascii: ":")) else { throw malformed() }
        skipWhitespace()
        return isEscaped || keys.insert(from: start, to: end, in: bytes, object: container.object)
    }

    /// An error for JSON that is wrong at the position.
    @inline(never)
    func malformed() -> WireError {
        position < bytes.count
            ? WireError(.malformedJSON, "invalid JSON at byte \(position)")
            : WireError(.malformedJSON, "the JSON ends too early")
    }

    @inline(never)
    private func tooDeep() -> WireError {
        WireError(.limitExceeded, "the JSON is nested more than \(maxDepth) deep")
    }
}
