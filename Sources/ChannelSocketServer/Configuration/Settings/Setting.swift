/// One setting: what it is called, what it takes, and where in the configuration it goes.
///
/// The tables of settings are the only place that knows all of this: reading, `config print`, `config check` and
/// `docs/configuration.md` follow from them.
package struct Setting<Root>: Sendable {
    /// The key in the file, such as `listen.port`.
    package let path: String
    /// The variable that sets it too; nil for a setting of a list's element.
    package let environment: String?
    /// The flag of `channelsocket serve` that sets it too.
    package let flag: String?
    /// What it does, for people.
    package let summary: String
    /// What it takes, for people.
    package let expected: String
    /// Whether its value is kept out of every output.
    package let isSecret: Bool
    /// Whether it takes several values.
    package let isList: Bool
    /// Whether a reload takes a new value into force.
    package let isReloadable: Bool
    /// Whether it has to be given.
    package let isRequired: Bool

    let read: @Sendable (SettingText, SettingContext, inout Root) throws(SettingProblem) -> Void
    let show: @Sendable (Root) -> String
    let identity: @Sendable (Root) -> String

    /// Creates a setting.
    ///
    /// - Parameters:
    ///   - path: the key in the file.
    ///   - environment: the variable, if its name does not follow from the path.
    ///   - flag: the flag of its own, if there is one.
    ///   - codec: what it takes.
    ///   - keyPath: where it goes; what is there in a new root is the default.
    ///   - isReloadable: whether a reload takes a new value into force.
    ///   - isRequired: whether it has to be given.
    ///   - summary: what it does, one sentence.
    init<Value>(
        _ path: String,
        environment: String? = nil,
        flag: String? = nil,
        _ codec: SettingCodec<Value>,
        _ keyPath: any WritableKeyPath<Root, Value> & Sendable,
        isReloadable: Bool = false,
        isRequired: Bool = false,
        _ summary: String
    ) {
        self.path = path
        self.environment = environment ?? Self.variable(for: path)
        self.flag = flag
        self.summary = summary
        expected = codec.expected
        isSecret = codec.isSecret
        isList = codec.isList
        self.isReloadable = isReloadable
        self.isRequired = isRequired
        read = { text, context, root throws(SettingProblem) in
            root[keyPath: keyPath] = try codec.parse(text, context)
        }
        show = { codec.show($0[keyPath: keyPath]) }
        identity = { codec.identity($0[keyPath: keyPath]) }
    }

    private static func variable(for path: String) -> String {
        "CHANNELSOCKET_" + path.uppercased().replacing(".", with: "_")
    }
}
