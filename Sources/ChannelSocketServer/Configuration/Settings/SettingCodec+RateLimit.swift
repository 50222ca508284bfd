internal import ChannelSocket

extension SettingCodec where Value == RateLimit {
    /// How often something may happen.
    static var rateLimit: Self {
        let number = SettingCodec<Int>.integer(in: 1...1_000_000_000)
        return SettingCodec(
            "a number a second such as 100, or with what may come at once: 100/500",
            show: { "\($0.perSecond)/\($0.burst)" },
            parse: { text, context throws(SettingProblem) in
                let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let perSecond = try number.parse(.scalar(parts[0]), context)
                guard parts.count == 2 else { return RateLimit(perSecond: perSecond, burst: perSecond) }
                return RateLimit(perSecond: perSecond, burst: try number.parse(.scalar(parts[1]), context))
            }
        )
    }
}
