import ChannelSocketTesting
import Foundation

/// A certificate for this machine that its own key has signed.
final class TestCertificate: Sendable {
    let certificate = NSTemporaryDirectory() + "\(UUID().uuidString)-certificate.pem"
    let key = NSTemporaryDirectory() + "\(UUID().uuidString)-key.pem"

    init() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestingError(.unexpected, "openssl failed") }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: certificate)
        try? FileManager.default.removeItem(atPath: key)
    }

    /// Puts this certificate where another one is, as renewals do.
    func replace(_ other: TestCertificate) throws {
        for (new, old) in [(key, other.key), (certificate, other.certificate)] {
            try Data(contentsOf: URL(filePath: new)).write(to: URL(filePath: old), options: .atomic)
        }
    }
}
