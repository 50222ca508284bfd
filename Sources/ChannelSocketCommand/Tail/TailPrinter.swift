internal import NIOCore
internal import PhoenixWire

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Prints events: for people on a terminal, else for programs.
struct TailPrinter: Sendable {
    private let output: CommandOutput
    private let json: Bool

    /// Creates a printer.
    ///
    /// - Parameters:
    ///   - output: where to print.
    ///   - json: whether to print JSON on a terminal too.
    init(output: CommandOutput, json: Bool) {
        self.output = output
        self.json = json || !output.isTerminal
    }

    /// Prints an event.
    func print(topic: String, event: String, payload: Payload, at date: Date = .now) {
        output.print(
            json
                ? Self.jsonLine(topic: topic, event: event, payload: payload, at: date)
                : line(topic: topic, event: event, payload: payload, at: date)
        )
    }

    /// The event as a JSON object.
    private static func jsonLine(topic: String, event: String, payload: Payload, at date: Date) -> String {
        let time = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let content: String
        switch payload {
        case .json(let json): content = #""payload":"# + String(buffer: json)
        case .binary(let bytes):
            content = #""binary":""# + Data(bytes.readableBytesView).base64EncodedString() + "\""
        }
        let (topic, event) = (Payload.literal(topic), Payload.literal(event))
        return #"{"at":"\#(time)","topic":\#(topic),"event":\#(event),\#(content)}"#
    }

    private func line(topic: String, event: String, payload: Payload, at date: Date) -> String {
        let time = date.formatted(
            Date.ISO8601FormatStyle(timeZone: .current).time(includingFractionalSeconds: true).timeSeparator(.colon)
        )
        let content: String
        switch payload {
        case .json(let json): content = CommandOutput.harmless(String(buffer: json))
        case .binary(let bytes): content = output.styled("\(bytes.readableBytes) bytes", .dim)
        }
        let words = [
            output.styled(time, .dim), output.styled(CommandOutput.harmless(topic), .cyan),
            output.styled(CommandOutput.harmless(event), .yellow), content,
        ]
        return words.joined(separator: " ")
    }
}
