import Testing

@testable import ChannelSocket

@Suite("Subprotocol negotiation", .timeLimit(.minutes(1)))
struct SubprotocolNegotiationTests {
    @Test(
        "selects phoenix and takes the token",
        arguments: [
            (["phoenix, base64url.bearer.phx.dG9rMQ"], "phoenix", "tok1"),
            (["phoenix,base64url.bearer.phx.dG9rMQ=="], "phoenix", "tok1"),
            (["phoenix", "base64url.bearer.phx.dG9rMQ"], "phoenix", "tok1"),
            (["phoenix"], "phoenix", nil),
            (["other, phoenix"], "phoenix", nil),
            (["base64url.bearer.phx.dG9rMQ"], nil, "tok1"),
            (["phoenix, base64url.bearer.phx."], "phoenix", ""),
            (["phoenix, base64url.bearer.phx.Pz8_Pj4-"], "phoenix", "???>>>"),
            (["phoenix, base64url.bearer.phx.Pz8/Pj4+"], "phoenix", "???>>>"),
            // Which of two would be the client's is anybody's guess.
            (["phoenix, base64url.bearer.phx.dG9rMQ, base64url.bearer.phx.dG9rMQ"], "phoenix", nil),
            ([], nil, nil),
            ([" , "], nil, nil),
        ] as [([String], String?, String?)])
    func selects(fields: [String], selected: String?, token: String?) throws {
        let outcome = try #require(SubprotocolNegotiation(fields: fields))
        #expect(outcome.selected == selected)
        #expect(outcome.authToken == token)
    }

    @Test(
        "refuses unknown subprotocols and tokens that cannot be decoded",
        arguments: [
            ["graphql-ws"],
            ["graphql-ws, base64url.bearer.phx.dG9rMQ"],
            ["PHOENIX"],
            ["base64url.bearer.phx.dG9rMQ, base64url.bearer.phx.dG9rMQ"],
            ["phoenix, base64url.bearer.phx.dG9rM"],
            ["phoenix, base64url.bearer.phx.dG9r!Q"],
            ["phoenix, base64url.bearer.phx.dG=rMQ"],
            ["phoenix, base64url.bearer.phx.dG9rMQ==="],
            ["phoenix, base64url.bearer.phx._w"],
        ])
    func refuses(fields: [String]) {
        #expect(SubprotocolNegotiation(fields: fields) == nil)
    }
}
