import Foundation
import Testing

@testable import ChannelSocketServer

@Suite("Settings")
struct SettingTests {
    @Test("have names, variables and flags of their own")
    func unique() {
        let settings = ServerSettings.all
        #expect(Set(settings.map(\.path)).count == settings.count)
        #expect(Set(settings.compactMap(\.environment)).count == settings.count)
        let flags = settings.compactMap(\.flag)
        #expect(Set(flags).count == flags.count)
    }

    @Test("accept their own defaults", arguments: ServerSettings.all.map(\.path))
    func defaults(path: String) throws {
        let setting = try #require(ServerSettings.all.first { $0.path == path })
        var configuration = ServerConfiguration()
        let text = setting.show(configuration)
        guard !setting.isList, !text.isEmpty, !(path == "redis.url") else { return }
        try setting.read(.scalar(text), SettingContext(), &configuration)
        #expect(setting.show(configuration) == text)
    }

    @Test("are all in docs/configuration.md, as the program prints it")
    func reference() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let document = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
        #expect(
            document == ConfigurationReference.markdown,
            "run: .build/debug/channelsocket config reference > docs/configuration.md"
        )
    }

    @Test(
        "write times and numbers of bytes as they read them",
        arguments: [("0s", 0), ("1ms", 1), ("1500ms", 1_500), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000)]
    )
    func durations(text: String, milliseconds: Int) {
        #expect(DurationText.duration(in: text) == .milliseconds(milliseconds))
        #expect(DurationText.text(of: .milliseconds(milliseconds)) == text)
    }

    @Test(
        "take no time without a unit or with a wrong one",
        arguments: ["", "s", "-1s", "1.5s", "5 days", "9223372036854775807h"])
    func badDurations(text: String) {
        #expect(DurationText.duration(in: text) == nil)
    }

    @Test(
        "count bytes in binary units",
        arguments: [("1000", 1_000), ("64KiB", 65_536), ("4MiB", 4 << 20), ("1GiB", 1 << 30)])
    func bytes(text: String, count: Int) {
        #expect(ByteCountText.bytes(in: text) == count)
        #expect(ByteCountText.text(of: count) == text)
    }

    @Test(
        "take no number of bytes that is none", arguments: ["", "KiB", "1.5KiB", "4MB", "9223372036854775807GiB", "-"])
    func badBytes(text: String) {
        #expect(ByteCountText.bytes(in: text) == nil)
    }

    @Test("keep secrets out of everything printed")
    func secrets() throws {
        let file = try TemporaryFile("hunter2\n", name: "secret")
        let codec = SettingCodec<Secret>.secret(ofAtLeast: 4)
        let context = SettingContext(environment: ["KEY": "hunter2"])
        for text in ["hunter2", "env:KEY", "file:\(file.path)"] {
            let secret = try codec.parse(.scalar(text), context)
            #expect(secret.exposed == "hunter2")
            var dumped = ""
            dump(secret, to: &dumped)
            #expect(!"\(secret) \(String(reflecting: secret)) \(codec.show(secret)) \(dumped)".contains("hunter2"))
        }
        for text in ["abc", "env:NOWHERE", "file:/nowhere"] {
            let problem = #expect(throws: SettingProblem.self) { try codec.parse(.scalar(text), context) }
            #expect(problem?.text.contains("abc") == false)
        }
    }
}
