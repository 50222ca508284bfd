internal import PhoenixWire

extension ConfigurationCheck {
    /// The declared channels: each can be reached, somebody may join it, and its webhook is there.
    mutating func checkChannels() {
        let channels = configuration.declaredChannels ?? []
        for (index, first) in RouteTable.unreachable(in: channels.map(\.topic)) {
            let reason = RouteConflict.reason(channels[first].topic, called: "channels[\(first)]")
            report("channels[\(index)].topic", reason)
        }
        for (index, channel) in channels.enumerated() {
            checkWebhook(of: channel, at: "channels[\(index)]")
            if configuration.access.tokens == nil { checkTokens(of: channel, at: "channels[\(index)]") }
        }
    }

    private mutating func checkWebhook(of channel: ChannelDeclaration, at path: String) {
        guard let name = channel.webhook else { return }
        guard let webhook = configuration.accessSections.webhooks.first(where: { $0.name == name }) else {
            report("\(path).webhook", "must be the name of one of the webhooks, not '\(name)'")
            return
        }
        if webhook.events.isSubset(of: [.connect]) {
            warn("\(path).webhook", "has neither join, push nor leave among its events: \(name) is never asked")
        }
    }

    private mutating func checkTokens(of channel: ChannelDeclaration, at path: String) {
        let join: String? =
            switch channel.access {
            case .everybody: nil
            case .authenticated: "authenticated"
            case .claim: "claim"
            }
        if let join {
            warn("\(path).join", "is \(join), and \(Self.missingKey): nobody may join", near: "\(path).topic")
        } else if case .claim = channel.presenceKey {
            warn("\(path).presence", "is a claim, and \(Self.missingKey): nobody is present")
        }
    }
}
