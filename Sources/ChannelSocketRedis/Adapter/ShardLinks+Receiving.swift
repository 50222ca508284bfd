import ChannelSocket
import NIOCore
import PhoenixWire
import Synchronization

extension ShardLinks {
    /// Handles a published message: the hot path.
    ///
    /// A message of this node costs a comparison, another's one copy.
    func received(channel: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer) {
        counters.received.increment()
        guard !payload.hasPrefix(ownPrefix) else { return counters.own.increment() }
        guard channel.hasPrefix(channelPrefix) else { return malformed(channel, "not a channel of this node") }
        if channel.count == probeChannelBytes.count, channel.hasPrefix(probeChannelBytes) {
            return probeReceived(payload)
        }
        guard let topic = String(validating: channel.dropFirst(channelPrefix.count), as: UTF8.self) else {
            return malformed(channel, "the topic is not UTF-8")
        }
        do throws(WireError) {
            guard !payload.hasPrefix(presencePrefix) else {
                return try shard.presenceInlet.received(payload, topic: topic)
            }
            let envelope = try BroadcastEnvelope.decode(ByteBuffer(bytes: payload), topic: topic, limits: .highest)
            var excluding: SubscriberID?
            if let text = envelope.excluding {
                excluding = SubscriberID(text)
                guard excluding != nil else { return malformed(channel, "the excluded subscriber is malformed") }
            }
            counters.delivered.increment()
            deliver(RoutedBroadcast(envelope.broadcast, excluding: excluding))
        } catch {
            malformed(channel, error.description)
        }
    }

    private func probeReceived(_ token: UnsafeRawBufferPointer) {
        guard let roundTrip = probe.received(token, now: .now()) else { return }
        counters.probes.increment()
        counters.lastProbeNanoseconds.store(roundTrip.nanoseconds, ordering: .relaxed)
        probeSucceeded()
    }

    private func malformed(_ channel: UnsafeRawBufferPointer, _ reason: String) {
        counters.malformed.increment()
        malformedLog.record(channel: channel, reason: reason, now: .now(), logger: logger)
    }
}
