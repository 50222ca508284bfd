import PhoenixWire

/// The joined and joining channels of one socket, by topic.
///
/// Most sockets have a handful of channels, so they are kept in an array that is searched; a dictionary would cost
/// every idle connection more memory than the search costs time. Sockets with many channels get an index.
struct ActiveChannels {
    private static let indexedFrom = 16

    private var processes: ContiguousArray<ChannelProcess> = []
    private var index: [TopicKey: Int]?

    /// How many there are.
    var count: Int { processes.count }

    /// All of them, in no particular order.
    var all: ContiguousArray<ChannelProcess> { processes }

    /// The channel of a topic.
    func lookUp(_ topic: String) -> ChannelProcess? {
        position(of: topic).map { processes[$0] }
    }

    /// Adds a channel, in place of the one of the same topic if there is one.
    mutating func register(_ process: ChannelProcess) {
        if let position = position(of: process.topic) {
            processes[position] = process
            return
        }
        processes.append(process)
        if index != nil {
            index?[TopicKey(process.topic)] = processes.count - 1
        } else if processes.count > Self.indexedFrom {
            index = Dictionary(uniqueKeysWithValues: processes.enumerated().map { (TopicKey($1.topic), $0) })
        }
    }

    /// Removes a channel; nothing happens if the topic has no channel or another one by now.
    mutating func remove(_ process: ChannelProcess) {
        guard let position = position(of: process.topic), processes[position] === process else { return }
        index?[TopicKey(process.topic)] = nil
        let last = processes.removeLast()
        if last !== process {
            processes[position] = last
            index?[TopicKey(last.topic)] = position
        }
    }

    private func position(of topic: String) -> Int? {
        if let index { return index[TopicKey(topic)] }
        return processes.firstIndex { $0.topic.hasSameBytes(as: topic) }
    }
}
