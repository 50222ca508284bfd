internal import Foundation
internal import NIOCore

/// One connection through a proxy: the client's side, the upstream's side, and what is held between them.
///
/// Confined to the proxy's event loop.
final class FaultProxyLink {
    private struct Held {
        var bytes: ByteBuffer
        var due: NIODeadline
    }

    private struct Flow {
        var held: [Held] = []
        /// Whether the sender has closed, so that the receiver is closed after the last byte.
        var ended = false
        var cut: (remaining: Int, ending: FaultProxy.Ending)?
        var filter: (any FaultProxyFilter)?
    }

    private let core: FaultProxyCore
    private let client: any Channel
    private let server: any Channel
    private var flows: [FaultProxy.Direction: Flow] = [.toUpstream: Flow(), .toClient: Flow()]

    init(core: FaultProxyCore, client: any Channel, server: any Channel) {
        self.core = core
        self.client = client
        self.server = server
        for (direction, makeFilter) in core.filters { flows[direction]?.filter = makeFilter() }
    }

    func start() {
        do {
            try client.pipeline.syncOperations.addHandler(FaultProxyHandler(link: self, direction: .toUpstream))
            try server.pipeline.syncOperations.addHandler(FaultProxyHandler(link: self, direction: .toClient))
        } catch {
            // One side has gone already.
            end(.reset)
            core.linkEnded(self)
        }
        for direction in FaultProxy.Direction.allCases { pauseChanged(direction) }
    }

    /// What a sender that was reset had on its way is lost: nobody is left to send it again.
    func senderFailed(_ direction: FaultProxy.Direction) {
        flows[direction]?.held = []
    }

    /// A receiver that can't be written to and has not closed was reset: the system tells of a reset only once, and
    /// this time it told the one who wrote.
    private func receiverFailed(_ direction: FaultProxy.Direction) {
        let opposite: FaultProxy.Direction = direction == .toClient ? .toUpstream : .toClient
        if flows[opposite]?.ended == false { senderFailed(opposite) }
    }

    /// Takes in what the sender of a direction has sent.
    func received(_ bytes: ByteBuffer, _ direction: FaultProxy.Direction) {
        guard let passed = flows[direction]?.filter?.pass(Array(bytes.readableBytesView)) else {
            return send(bytes, direction)
        }
        if !passed.isEmpty { send(ByteBuffer(bytes: passed), direction) }
    }

    func senderEnded(_ direction: FaultProxy.Direction) {
        flows[direction]?.ended = true
        drain(direction)
        // A side that is gone cannot take what is still on its way to it.
        let opposite: FaultProxy.Direction = direction == .toClient ? .toUpstream : .toClient
        flows[opposite]?.held = []
        if flows[opposite]?.ended == true { core.linkEnded(self) }
    }

    func send(_ bytes: ByteBuffer, _ direction: FaultProxy.Direction) {
        let latency = core.latency[direction] ?? .zero
        // Never before what was sent earlier, also when the latency was lowered since.
        let earliest = flows[direction]?.held.last?.due ?? .now()
        let due = max(earliest, .now() + TimeAmount(latency))
        flows[direction]?.held.append(Held(bytes: bytes, due: due))
        if latency == .zero {
            drain(direction)
        } else {
            let link = NIOLoopBound(self, eventLoop: core.loop)
            core.loop.scheduleTask(deadline: due) { link.value.drain(direction) }
        }
    }

    func pauseChanged(_ direction: FaultProxy.Direction) {
        // Not reading lets the sender's buffers fill up, as they do when nobody acknowledges.
        sender(of: direction).setOption(.autoRead, value: core.paused[direction] != true).whenFailure { _ in }
        drain(direction)
    }

    func cut(after bytes: Int, _ direction: FaultProxy.Direction, _ ending: FaultProxy.Ending) {
        flows[direction]?.cut = (bytes, ending)
        if bytes == 0 { end(ending) }
    }

    func end(_ ending: FaultProxy.Ending) {
        for channel in [client, server] {
            if ending == .reset, let socket = channel as? any SocketOptionProvider {
                // Closing a socket that does not linger sends RST instead of FIN.
                socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenFailure { _ in }
            }
            channel.close(promise: nil)
        }
    }

    private func drain(_ direction: FaultProxy.Direction) {
        guard core.paused[direction] != true, var flow = flows[direction] else { return }
        let receiver = receiver(of: direction)
        while let next = flow.held.first, next.due <= .now() {
            flow.held.removeFirst()
            var bytes = next.bytes
            if let cut = flow.cut {
                bytes = bytes.readSlice(length: min(cut.remaining, bytes.readableBytes)) ?? bytes
                flow.cut?.remaining -= bytes.readableBytes
            }
            let link = NIOLoopBound(self, eventLoop: core.loop)
            receiver.writeAndFlush(bytes).whenFailure { _ in link.value.receiverFailed(direction) }
            if let cut = flow.cut, cut.remaining == 0 {
                flow.cut = nil
                flows[direction] = flow
                end(cut.ending)
                return
            }
        }
        flows[direction] = flow
        if flow.ended, flow.held.isEmpty { receiver.close(promise: nil) }
    }

    private func sender(of direction: FaultProxy.Direction) -> any Channel {
        direction == .toUpstream ? client : server
    }

    private func receiver(of direction: FaultProxy.Direction) -> any Channel {
        direction == .toUpstream ? server : client
    }
}
