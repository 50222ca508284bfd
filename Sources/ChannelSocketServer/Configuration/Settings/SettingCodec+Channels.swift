internal import PhoenixWire

extension SettingCodec where Value == TopicPattern {
    /// The topics of a channel.
    static var topicPattern: Self {
        SettingCodec(
            "a topic such as room:lobby, or a pattern such as room:*",
            show: { $0.description },
            parse: { $0.isEmpty ? nil : TopicPattern($0) }
        )
    }
}

extension SettingCodec where Value == [ClaimRule] {
    /// What a token must say.
    static var claimRules: Self {
        SettingCodec(
            listOf: "rules such as 'admin', 'role equals editor' or 'rooms contains {1}'",
            show: { "[\($0.map(\.description).joined(separator: ", "))]" },
            parse: { texts throws(SettingProblem) in
                var rules: [ClaimRule] = []
                for text in texts {
                    guard let rule = ClaimRule(text) else {
                        throw SettingProblem(
                            text, not: "a rule such as 'admin', 'role equals editor', 'rooms contains {1}'")
                    }
                    rules.append(rule)
                }
                return rules
            }
        )
    }
}

extension SettingCodec where Value == MemberValue {
    /// Where a value about a member comes from.
    static var memberValue: Self {
        SettingCodec(
            "param:NAME, claim:PATH or assign:NAME",
            show: { $0.description },
            parse: { MemberValue($0) }
        )
    }
}

extension SettingCodec where Value == [MemberValue] {
    /// Where several values about a member come from.
    static var memberValues: Self {
        SettingCodec(
            listOf: "param:NAME, claim:PATH or assign:NAME",
            show: { "[\($0.map(\.description).joined(separator: ", "))]" },
            parse: { texts throws(SettingProblem) in
                var values: [MemberValue] = []
                for text in texts {
                    guard let value = MemberValue(text) else {
                        throw SettingProblem(text, not: "param:NAME, claim:PATH or assign:NAME")
                    }
                    values.append(value)
                }
                return values
            }
        )
    }
}

extension SettingCodec where Value == Set<String>? {
    /// Names of events.
    static var events: Self {
        SettingCodec(
            listOf: "names of events, or '*' for all",
            show: { $0.map { "[\($0.sorted().joined(separator: ", "))]" } ?? "*" },
            parse: { $0 == ["*"] ? nil : Set($0) }
        )
    }
}

extension SettingCodec where Value == ChannelRate {
    /// Events a second.
    static var channelRate: Self {
        let number = SettingCodec<Int>.integer(in: 1...1_000_000)
        return SettingCodec(
            number.expected,
            show: { "\($0.perSecond)" },
            parse: { text, context throws(SettingProblem) in
                ChannelRate(perSecond: try number.parse(.scalar(text), context))
            }
        )
    }
}
