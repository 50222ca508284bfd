extension ServerSettings {
    static let tls: [Setting<ServerConfiguration>] = [
        Setting(
            "tls.certificate", .optional(.filePath, nil: "none"), \.tls.certificate, isReloadable: true,
            "Certificate, PEM, those of its issuers behind it; `none` for connections in the clear."
        ),
        Setting(
            "tls.key", .optional(.filePath, nil: "none"), \.tls.key, isReloadable: true, "Its private key, PEM."
        ),
        Setting(
            "tls.minimum_version", .word, \.tls.minimumVersion, isReloadable: true,
            "The oldest version of TLS that clients may speak."
        ),
    ]
}
