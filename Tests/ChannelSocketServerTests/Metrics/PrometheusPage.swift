import ChannelSocketServer
import ChannelSocketTesting
import NIOCore
import NIOHTTP1
import Testing

/// A page in Prometheus' text format, read strictly: what a scraper would forgive is an error here.
struct PrometheusPage {
    struct Sample: Hashable {
        var name: String
        var labels: [String: String]
    }

    private(set) var samples: [Sample: Double] = [:]
    private(set) var types: [String: String] = [:]
    private(set) var help: [String: String] = [:]

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw TestingError(.unexpected, "the page ends without a line feed") }
        var family: String?
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("# HELP ") {
                let words = line.dropFirst(7).split(separator: " ", maxSplits: 1)
                guard words.count == 2, help.updateValue(String(words[1]), forKey: String(words[0])) == nil else {
                    throw TestingError(.unexpected, "bad or second help: \(line)")
                }
                family = String(words[0])
            } else if line.hasPrefix("# TYPE ") {
                let words = line.dropFirst(7).split(separator: " ")
                guard words.count == 2, String(words[0]) == family,
                    types.updateValue(String(words[1]), forKey: String(words[0])) == nil
                else { throw TestingError(.unexpected, "bad, second or lost type: \(line)") }
            } else {
                try readSample(line, of: family)
            }
        }
    }

    /// The value of a series; nil if it is not there.
    subscript(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples[Sample(name: name, labels: labels)]
    }

    private mutating func readSample(_ line: Substring, of family: String?) throws {
        func bad(_ what: String) -> TestingError { TestingError(.unexpected, "\(what): \(line)") }
        guard let family, let type = types[family] else { throw bad("a sample without a type") }
        var rest = line
        let name = String(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") })
        rest = rest.dropFirst(name.count)
        let suffixes = type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { name == family + $0 }) else { throw bad("a sample of another family") }
        guard type != "counter" || name.hasSuffix("_total") else { throw bad("a counter without _total") }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let key = String(rest.prefix { $0 != "=" })
                rest = rest.dropFirst(key.count)
                guard rest.hasPrefix("=\"") else { throw bad("a label without quotes") }
                rest = rest.dropFirst(2)
                guard labels.updateValue(try Self.quoted(&rest), forKey: key) == nil else { throw bad("a label twice") }
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = Self.number(rest.dropFirst()) else { throw bad("no number") }
        guard samples.updateValue(value, forKey: Sample(name: name, labels: labels)) == nil else {
            throw bad("a series twice")
        }
    }

    private static func quoted(_ rest: inout Substring) throws -> String {
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                switch rest.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: throw TestingError(.unexpected, "an unknown escape")
                }
            default: value.append(character)
            }
        }
        throw TestingError(.unexpected, "a label without an end")
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: Double(text)
        }
    }
}

extension PrometheusPage {
    /// Reads the page of a node.
    static func of(port: Int) async throws -> PrometheusPage {
        let answer = try await RunningServer(port: port).request(.GET, "/metrics")
        #expect(answer.status == 200)
        return try PrometheusPage(answer.text)
    }

    /// Reads the page until it says something; what a node counts may come a moment after its clients know.
    static func of(
        port: Int, until condition: (PrometheusPage) -> Bool, _ what: Comment
    ) async throws -> PrometheusPage {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            let page = try await of(port: port)
            if condition(page) { return page }
            guard ContinuousClock.now < deadline else {
                Issue.record(what)
                return page
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
