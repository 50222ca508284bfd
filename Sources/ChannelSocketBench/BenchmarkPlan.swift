package import ChannelSocketClient
package import NIOSSL

/// What a benchmark does.
package struct BenchmarkPlan: Sendable {
    /// What the clients do once they have joined.
    package enum Scenario: String, Sendable, Codable {
        /// Nothing: what is measured is connecting, joining and the memory of idle clients.
        case connect
        /// The first member of each topic pushes, and all its members receive.
        case fanout
        /// Each client pushes, and gets a reply.
        case echo
    }

    /// When messages are sent.
    package enum Load: Sendable, Equatable {
        /// A closed loop: so many messages of each publisher are under way at any time.
        case inFlight(Int)
        /// An open loop: so many messages a second from all publishers together, sent on schedule whatever the server
        /// does. Latency counts from when a message was due, so that waiting to send is not left out of it.
        case rate(Double)
    }

    /// What the clients do.
    package var scenario: Scenario
    /// The nodes; clients are spread over them.
    package var urls: [PhoenixURL]
    /// What is demanded of the certificates of nodes that are asked over TLS.
    package var tls = TLSConfiguration.makeClientConfiguration()
    /// How many clients connect and join.
    package var clients = 100
    /// How many topics there are: the clients join them in turn, and begin anew when all are joined.
    package var topics = 1
    /// How many topics each client joins.
    package var joins = 1
    /// What precedes a topic's number.
    package var topicPrefix = "room:"
    /// The event that is pushed.
    package var event = "new_msg"
    /// How long a payload is, its stamp included.
    package var payloadBytes = 128
    /// When messages are sent.
    package var load = Load.inFlight(8)
    /// How many event loops the generator has.
    package var threads = 1
    /// How many clients connect at the same time.
    package var parallelConnects = 64
    /// How long to send before measuring.
    package var warmUp = Duration.seconds(1)
    /// How long to measure.
    package var duration = Duration.seconds(5)
    /// How long to wait, without anything coming, for what is missing at the end.
    package var patience = Duration.seconds(5)
    /// How long to wait, without a client joining, for the others to join.
    package var connectPatience = Duration.seconds(10)
    /// How long idle clients are kept before their memory is looked at.
    package var hold = Duration.seconds(1)
    /// Processes whose CPU time and memory are measured: the nodes.
    package var serverProcesses: [Int32] = []

    /// Plans a benchmark with the usual settings.
    ///
    /// - Parameters:
    ///   - scenario: what the clients do.
    ///   - urls: the nodes.
    package init(_ scenario: Scenario, urls: [PhoenixURL]) {
        self.scenario = scenario
        self.urls = urls
    }

    /// What is wrong with the plan, if anything is.
    package var problem: String? {
        let strings = [topicPrefix, event].joined()
        let isPlain = strings.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
        return switch load {
        case _ where urls.isEmpty: "a URL is needed"
        case _ where clients < 1: "at least one client is needed"
        case _ where topics < 1: "at least one topic is needed"
        case _ where !(1...topics).contains(joins): "a client can join 1 to all of the topics"
        case _ where scenario == .echo && joins > 1: "replies are measured with one topic a client"
        case _ where scenario == .fanout && topics > memberships: "each topic needs a client"
        case _ where threads < 1: "at least one thread is needed"
        case _ where parallelConnects < 1: "at least one client at a time must connect"
        case _ where !isPlain: "topics and events must be without quotes, backslashes and control characters"
        case .inFlight(let count) where !(1...65_536).contains(count): "1 to 65536 messages can be in flight"
        case .rate(let rate) where !(rate > 0 && rate <= 10_000_000): "the rate must be positive"
        default: nil
        }
    }

    /// How many joins there are in all.
    var memberships: Int { clients * joins }

    /// The first of the topics that a client joins; the others follow it, and the last topic is followed by the first.
    func firstTopic(ofClient client: Int) -> Int {
        client * joins % topics
    }

    /// The name of a topic.
    func name(ofTopic topic: Int) -> String {
        topicPrefix + String(topic)
    }

    /// The topic of a name; nil if there is none.
    func topic(named name: String) -> Int? {
        name.hasPrefix(topicPrefix) ? Int(name.dropFirst(topicPrefix.count)) : nil
    }

    /// The members of a topic; the first of them publishes.
    func members(ofTopic topic: Int) -> some Sequence<Int> {
        stride(from: topic, to: memberships, by: topics).lazy.map { $0 / joins }
    }

    /// The node that a client connects to: each topic's members are spread over all nodes.
    func node(ofClient client: Int) -> Int {
        (client * joins / topics + firstTopic(ofClient: client)) % urls.count
    }

    /// The loop that a client lives on.
    func loop(ofClient client: Int) -> Int {
        client % threads
    }
}
