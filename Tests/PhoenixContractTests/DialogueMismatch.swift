/// Where a replayed dialogue went another way than it should.
struct DialogueMismatch: Error, CustomStringConvertible {
    var dialogue: String
    var step: Int
    var connection: String
    var message: String

    var description: String { "\(dialogue), step \(step), connection \(connection): \(message)" }
}
