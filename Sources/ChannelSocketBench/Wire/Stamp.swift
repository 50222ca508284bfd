/// What the generator writes into each payload, and looks for in what comes back.
struct Stamp: Equatable {
    /// The message's number among those of its publisher, from 0.
    var number: UInt64
    /// The publisher.
    var publisher: UInt64
    /// When the message was sent or should have been, in nanoseconds.
    var time: UInt64

    init(number: UInt64, publisher: UInt64, time: UInt64) {
        self.number = number
        self.publisher = publisher
        self.time = time
    }

    /// Reads the stamp of a payload, in any order of its members; nil if one of the three is missing.
    ///
    /// - Parameters:
    ///   - bytes: a message.
    ///   - offset: where its payload, an object, begins.
    init?(in bytes: UnsafeRawBufferPointer, at offset: Int) {
        var scan = Scan(bytes: bytes, offset: offset)
        var number: UInt64?
        var publisher: UInt64?
        var time: UInt64?
        guard scan.take(UInt8(ascii: "{")) else { return nil }
        repeat {
            guard let name = scan.word(), let initial = bytes[name].first, scan.take(UInt8(ascii: ":")) else {
                return nil
            }
            // The members are seq, pub, ts and body.
            switch initial {
            case UInt8(ascii: "s"): number = scan.digits()
            case UInt8(ascii: "p"): publisher = scan.digits()
            case UInt8(ascii: "t"): time = scan.digits()
            default: guard scan.word() != nil else { return nil }
            }
            if let number, let publisher, let time {
                self.init(number: number, publisher: publisher, time: time)
                return
            }
        } while scan.take(UInt8(ascii: ","))
        return nil
    }
}
