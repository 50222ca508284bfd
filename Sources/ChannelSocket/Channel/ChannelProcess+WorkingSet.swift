/// What a channel's messages go through.
extension ChannelProcess {
    /// Has it fetched before the next message of the connection, unless it is already.
    func noteWorkingSet() {
        let process = WorkingSet.address(self)
        guard session.connection.workingSet.process != process, let audience, let members else { return }
        session.connection.workingSet = WorkingSet(
            connection: WorkingSet.address(session.connection),
            session: WorkingSet.address(session),
            process: process,
            channel: WorkingSet.address(channel),
            members: WorkingSet.address(members),
            loops: WorkingSet.address(members.loops),
            audience: WorkingSet.address(audience),
            targets: audience.targets.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) }
        )
    }
}
