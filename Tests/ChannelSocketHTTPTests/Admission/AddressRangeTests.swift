import Testing

@testable import ChannelSocketHTTP

@Suite("Address ranges")
struct AddressRangeTests {
    @Test(
        "contain what their prefix says",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3/8", "10.9.9.9", true),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.1", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::", false), ("::1", "::1", true), ("::/0", "2001:db8::1", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("::ffff:10.0.0.0/104", "10.0.0.1", true),
            ("203.0.113.128/25", "203.0.113.127", false), ("203.0.113.128/25", "203.0.113.128", true),
        ])
    func contains(range: String, address: String, isIn: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(try range.contains(#require(IPAddress(address))) == isIn)
    }

    @Test(
        "are not made of anything else",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "example.com", "10.0.0.1 ",
        ])
    func malformed(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("count an IPv6 client by its /64 and an IPv4 client by its address")
    func clients() throws {
        let client = try #require(IPAddress("2001:db8:1:2:3:4:5:6")).client
        #expect(try client == #require(IPAddress("2001:db8:1:2:ffff::")).client)
        #expect(try client != #require(IPAddress("2001:db8:1:3::")).client)
        #expect(try #require(IPAddress("192.0.2.1")).client != #require(IPAddress("192.0.2.2")).client)
        #expect(try #require(IPAddress("192.0.2.1")).client == #require(IPAddress("::ffff:192.0.2.1")).client)
    }

    @Test("know what is not public")
    func notPublic() throws {
        #expect([AddressRange].notPublic.count == 9)
        for address in ["127.0.0.1", "::1", "10.1.1.1", "172.31.0.1", "fd00::1"] {
            #expect(try [AddressRange].notPublic.contains(#require(IPAddress(address))))
        }
        for address in ["172.32.0.1", "8.8.8.8", "2606:4700::1"] {
            #expect(try ![AddressRange].notPublic.contains(#require(IPAddress(address))))
        }
    }
}
