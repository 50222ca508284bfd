import Foundation

/// The dialogues that lie beside the tests.
enum DialogueLibrary {
    /// Recorded from Phoenix 1.8.12.
    static var transcripts: [String] {
        get throws { try names(in: "Transcripts") }
    }

    /// Written from what Phoenix' source says, where nothing was recorded.
    static var dialogues: [String] {
        get throws { try names(in: "Dialogues") }
    }

    /// Reads a dialogue and fills in its placeholders.
    ///
    /// - Parameters:
    ///   - name: the file's name without extension.
    ///   - folder: the folder.
    ///   - runID: what stands for `RUNIDX`; six ASCII characters, as binary frames count them.
    static func load(_ name: String, from folder: String, runID: String) throws -> Dialogue {
        let file = try url(of: folder).appendingPathComponent("\(name).json")
        return try parse(String(contentsOf: file, encoding: .utf8), runID: runID)
    }

    static func parse(_ template: String, runID: String) throws -> Dialogue {
        precondition(runID.utf8.count == 6, "binary frames count the six bytes of RUNIDX")
        let hex = { (text: String) in text.utf8.map { String(format: "%02x", $0) }.joined() }
        var text = template.replacingOccurrences(of: "RUNIDX", with: runID)
        text = text.replacingOccurrences(of: hex("RUNIDX"), with: hex(runID))
        let repetition = /\{\{(.)\*([0-9]+)\}\}/
        text = text.replacing(repetition) { match in
            String(repeating: String(match.1), count: Int(match.2) ?? 0)
        }
        return try JSONDecoder().decode(Dialogue.self, from: Data(text.utf8))
    }

    /// A fresh value for `RUNIDX`.
    static func makeRunID() -> String {
        String((0..<6).compactMap { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() })
    }

    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url(of: folder).path)
            .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    private static func url(of folder: String) throws -> URL {
        guard let root = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
        return root.appendingPathComponent(folder)
    }
}
