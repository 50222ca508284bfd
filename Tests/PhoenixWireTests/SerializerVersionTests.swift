import PhoenixWire
import Testing

@Suite struct SerializerVersionTests {
    @Test("speaks version 1 to clients that do not say")
    func absent() {
        #expect(Serializer(vsn: nil) == .v1)
    }

    @Test(
        "takes full semantic versions that match ~> 1.0.0 or ~> 2.0.0",
        arguments: [
            ("1.0.0", Serializer.v1), ("1.0.7", .v1), ("2.0.0", .v2), ("2.0.9", .v2), ("2.0.100", .v2),
            ("2.0.99999999999999999999", .v2), ("2.0.0+x", .v2), ("2.0.0+x.01-y", .v2), ("2.0.1-rc.1", .v2),
            ("2.0.1-rc+x", .v2),
        ]
    )
    func accepted(_ vsn: String, _ serializer: Serializer) {
        #expect(Serializer(vsn: vsn) == serializer)
    }

    @Test(
        "refuses all others",
        arguments: [
            "", "1", "2", "2.0", "2.1.0", "1.1.0", "3.0.0", "0.0.0", "2.0.0-rc", "2.0.0-0", "2.0.0.0", "2.0.x", "two",
            "2.0.00", "02.0.0", "2.00.0", "2.0.01", " 2.0.0", "2.0.0 ", "2.0.", ".0.0", "2..0", "-2.0.0", "+2.0.0",
            "2.0.0+", "2.0.0-", "2.0.1-", "2.0.1-a..b", "2.0.1-01", "2.0.1-é", "2.0.0+a..b", "2.0.0+é", "2.0.0+a+b",
            "~> 2.0.0", "2.0.1_", "２.0.0", "2.0.0\u{0}",
        ]
    )
    func refused(_ vsn: String) {
        #expect(Serializer(vsn: vsn) == nil)
    }
}
