import ChannelSocketTesting
import Logging
import Synchronization
import Testing

@testable import ChannelSocketServer

@Suite("Logs as JSON")
struct JSONLogHandlerTests {
    private final class Lines: Sendable {
        let text = Mutex("")
    }

    private let lines = Lines()

    private func logger() -> Logger {
        Logger(label: "test") { [lines] label in
            JSONLogHandler(label: label) { line in lines.text.withLock { $0 += line } }
        }
    }

    private func objects() throws -> [JSONValue] {
        try lines.text.withLock { $0 }.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    @Test("writes an object a line, with the metadata of the logger and of the message")
    func lineByLine() throws {
        var logger = logger()
        logger[metadataKey: "node"] = "alpha"
        logger.info("joined", metadata: ["channel.topic": "room:a", "list": ["x", ["k": "v"]]])
        logger.debug("too quiet")
        logger.error("failed")
        let objects = try objects()
        #expect(objects.count == 2)
        #expect(objects[0]["level"] == "info")
        #expect(objects[0]["logger"] == "test")
        #expect(objects[0]["message"] == "joined")
        #expect(objects[0]["node"] == "alpha")
        #expect(objects[0]["channel.topic"] == "room:a")
        #expect(objects[0]["list"] == ["x", ["k": "v"]])
        #expect(objects[0]["time"]?.stringValue?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        #expect(objects[1]["level"] == "error")
        #expect(objects[1]["channel.topic"] == nil)
    }

    @Test("survives what peers put into strings, and metadata with the names of its own members")
    func hostileText() throws {
        let text = "a \"b\" \\ \n\r\t\u{1} \u{2028} 😀"
        logger().warning("\(text)", metadata: ["message": "\(text)", "k\"": "v"])
        let object = try #require(try objects().first)
        #expect(object["message"] == .string(text))
        #expect(object["metadata.message"] == .string(text))
        #expect(object["k\""] == "v")
    }
}
