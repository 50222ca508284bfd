/// What a stock server is told, section by section.
///
/// `channelsocket serve` fills it from flags, environment and a file; each section stands for itself, so that a program
/// can take one without the others.
public struct ServerConfiguration: Sendable {
    /// Where clients come in.
    public var listen = ListenConfiguration()
    /// Encryption by the node itself.
    public var tls = TLSSection()
    /// The Redis that joins this node with others.
    public var redis = RedisSection()
    /// What the node's identity begins with; nil for a random one.
    public var nodeName: String?
    /// What a client may take or do.
    public var limits = LimitsConfiguration()
    /// Which web pages may connect.
    public var origins = OriginsConfiguration()
    /// The proxies between clients and the node.
    public var proxies = ProxiesConfiguration()
    /// Who is in which topic.
    public var presence = PresenceSection()
    /// Who may connect and use the HTTP API, and which backends decide.
    public var access = AccessConfiguration()
    /// The sections of a file that ``access`` is made of.
    var accessSections = AccessSections()
    /// The channels without code; the first that matches a topic has it.
    ///
    /// As long as nothing is set there is `room:*` for everybody, on a server that has no handlers in Swift either.
    public var channels: [ChannelDeclaration] {
        get { declaredChannels ?? [.room] }
        set { declaredChannels = newValue }
    }
    /// The channels that somebody declared, be it none.
    var declaredChannels: [ChannelDeclaration]?
    /// How the node goes.
    public var drain = DrainConfiguration()
    /// How often it is looked whether a file of the configuration has changed; nil for never.
    public var reloadInterval: Duration? = .seconds(5)
    /// What is logged.
    public var logging = LoggingConfiguration()
    /// Whether and how metrics are shown.
    public var metrics = MetricsConfiguration()
    /// Whether and where to traces are sent.
    public var tracing = TracingConfiguration()
    /// The page for those who run the server.
    public var admin = AdminConfiguration()

    /// Creates the configuration of a lone node on port 4000.
    public init() {}
}
