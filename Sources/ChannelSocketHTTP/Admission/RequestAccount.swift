import NIOCore

/// Counts requests against answers on an application's connection, and tells the admission when it waits for its client,
/// and may be displaced.
///
/// It waits until the last byte of a request has come, so that nobody keeps a place with a request that never ends, and
/// while the client does not read what it is answered.
struct RequestAccount {
    private let admission: Admission
    private let ticket: Admission.Ticket
    /// Requests minus answers: more than one when a client does not wait for answers, less than none when the server
    /// does not wait for the end of a request.
    private var unanswered = 0
    private var isUnread = false
    /// Whether a request has begun and not ended.
    private(set) var isReading = false

    init(admission: Admission, ticket: Admission.Ticket) {
        self.admission = admission
        self.ticket = ticket
    }

    /// Whether there is an answer to everything that was asked.
    var isSettled: Bool { unanswered <= 0 }

    /// Whether an answer that begins now is the last, if no further request comes.
    var isLastAnswer: Bool { unanswered + (isReading ? 1 : 0) == 1 }

    mutating func requestBegan() {
        isReading = true
    }

    mutating func requestEnded() {
        isReading = false
        unanswered += 1
        if !isSettled, !isUnread { admission.requestCame(ticket) }
    }

    mutating func answerEnded(on channel: any Channel) {
        unanswered -= 1
        if isSettled { admission.beganToWait(ticket, channel) }
    }

    mutating func writabilityChanged(on channel: any Channel) {
        isUnread = !channel.isWritable
        if isUnread {
            admission.beganToWait(ticket, channel)
        } else if !isSettled {
            admission.requestCame(ticket)
        }
    }
}
