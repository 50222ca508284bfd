/// What a check of `channelsocket doctor` found.
package struct DoctorFinding: Hashable, Sendable, Encodable {
    /// How bad it is.
    package enum Verdict: String, Hashable, Sendable, Encodable {
        /// As it should be.
        case ok
        /// It works, and may stop working under load or one day.
        case warning
        /// Nodes do not work like this.
        case failure
        /// It could not be looked at.
        case unknown
    }

    /// What was looked at.
    package let check: String
    /// How bad it is.
    package let verdict: Verdict
    /// What was found.
    package let finding: String
    /// What to do about it.
    package let advice: String?

    /// Creates a finding.
    package init(_ check: String, _ verdict: Verdict, _ finding: String, advice: String? = nil) {
        self.check = check
        self.verdict = verdict
        self.finding = finding
        self.advice = advice
    }
}
