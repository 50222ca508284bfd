#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

extension ConfigurationCheck {
    /// Certificate and key: both are there, can be used, and belong together.
    mutating func checkTLS() {
        let tls = configuration.tls
        switch (tls.certificate, tls.key) {
        case (nil, nil):
            break
        case (nil, _):
            report("tls.key", "needs tls.certificate beside it")
        case (_, nil):
            report("tls.certificate", "needs tls.key beside it")
        default:
            do throws(ServerCertificateError) {
                let expiry = try ServerCertificate(tls).expiry
                guard expiry < Date() else { return }
                warn("tls.certificate", "has expired, on \(expiry.formatted(.iso8601))")
            } catch {
                report(error.setting, error.reason)
            }
        }
    }
}
