import CPrefetch

/// Where the objects are that a client's message goes through, which are fetched into the processor's cache while the
/// kernel hands the message over.
///
/// With thousands of clients none of it is there any more when a client's next message comes, and one object would lead
/// to the other, each waited for (docs/benchmarks.md tells what that costs). Addresses only; what lies there may be gone.
struct WorkingSet {
    var connection: UnsafeRawPointer?
    var session: UnsafeRawPointer?
    /// The channel that had a message last.
    var process: UnsafeRawPointer?
    var channel: UnsafeRawPointer?
    var members: UnsafeRawPointer?
    var loops: UnsafeRawPointer?
    var audience: UnsafeRawPointer?
    var targets: UnsafeRawPointer?

    /// Begins to fetch, and does not wait.
    ///
    /// So much of each object as a message needs, in bytes.
    func prefetch() {
        cprefetch(connection, 256)
        cprefetch(session, 192)
        cprefetch(process, 320)
        cprefetch(channel, 128)
        cprefetch(members, 128)
        cprefetch(loops, 64)
        cprefetch(audience, 128)
        cprefetch(targets, 64)
    }

    static func address(_ object: AnyObject) -> UnsafeRawPointer {
        UnsafeRawPointer(Unmanaged.passUnretained(object).toOpaque())
    }
}
