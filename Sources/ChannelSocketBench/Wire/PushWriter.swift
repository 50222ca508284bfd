internal import NIOCore

/// Writes the messages of a client, as masked frames of V2 text.
struct PushWriter {
    private var frames = ClientFrames(seed: UInt32.random(in: 1 ... .max))
    private var message = ByteBuffer()
    /// What follows the topic: `","event",{"seq":`.
    private let eventAndKey: String
    private let payloadBytes: Int

    /// Prepares the pushes of a run.
    ///
    /// - Parameters:
    ///   - event: the event they carry.
    ///   - payloadBytes: how long their payloads are, unless the stamp alone is longer.
    init(event: String, payloadBytes: Int) {
        eventAndKey = #"","\#(event)",{"seq":"#
        self.payloadBytes = payloadBytes
    }

    /// Appends a stamped push, `[1, REF, TOPIC, EVENT, {"seq":..,"pub":..,"ts":..,"body":..}]`.
    ///
    /// - Parameters:
    ///   - stamp: what its payload says.
    ///   - ref: the push's ref.
    ///   - topic: the topic.
    ///   - buffer: where the frame goes.
    mutating func appendPush(_ stamp: Stamp, ref: UInt64, topic: String, to buffer: inout ByteBuffer) {
        message.clear()
        message.writeStaticString(#"["1",""#)
        message.writeDigits(ref)
        message.writeStaticString(#"",""#)
        message.writeString(topic)
        message.writeString(eventAndKey)
        let payloadStart = message.writerIndex - #"{"seq":"#.utf8.count
        message.writeDigits(stamp.number)
        message.writeStaticString(#","pub":"#)
        message.writeDigits(stamp.publisher)
        message.writeStaticString(#","ts":"#)
        message.writeDigits(stamp.time)
        message.writeStaticString(#","body":""#)
        let rest = payloadBytes - (message.writerIndex - payloadStart) - 2
        if rest > 0 { message.writeRepeatingByte(UInt8(ascii: "x"), count: rest) }
        message.writeStaticString(#""}]"#)
        appendMessage(to: &buffer)
    }

    /// Appends a message as it is.
    ///
    /// - Parameters:
    ///   - text: the message.
    ///   - buffer: where the frame goes.
    mutating func append(_ text: String, to buffer: inout ByteBuffer) {
        message.clear()
        message.writeString(text)
        appendMessage(to: &buffer)
    }

    /// Appends a control frame.
    ///
    /// - Parameters:
    ///   - opcode: what it is.
    ///   - payload: its payload.
    ///   - buffer: where the frame goes.
    mutating func append(control opcode: UInt8, _ payload: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
        frames.append(opcode, payload, to: &buffer)
    }

    private mutating func appendMessage(to buffer: inout ByteBuffer) {
        message.withUnsafeReadableBytes { frames.append(ClientFrames.text, $0, to: &buffer) }
    }
}

extension ByteBuffer {
    /// Writes a number in decimal, without the String that would be made else.
    fileprivate mutating func writeDigits(_ value: UInt64) {
        var digits = 1
        var bound: UInt64 = 10
        while digits < 20, value >= bound {
            digits += 1
            bound = digits == 20 ? .max : bound &* 10
        }
        writeWithUnsafeMutableBytes(minimumWritableBytes: digits) { output in
            var rest = value
            for place in (0..<digits).reversed() {
                output[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return digits
        }
    }
}
