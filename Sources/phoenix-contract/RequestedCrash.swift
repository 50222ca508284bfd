/// Thrown where the contract wants a channel to crash.
struct RequestedCrash: Error {}
