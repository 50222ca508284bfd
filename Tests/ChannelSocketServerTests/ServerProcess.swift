import ChannelSocketTesting

/// A `channelsocket` process that sees the settings of its test only.
enum ServerProcess {
    /// Starts the program.
    static func start(_ arguments: String..., environment: [String: String] = [:]) throws -> ChildProcess {
        // Tests that are not about draining don't wait for load balancers.
        var settings = ["PORT": "", "REDIS_URL": "", "LOG_LEVEL": "", "CHANNELSOCKET_DRAIN_DELAY": "0"]
        settings.merge(environment) { _, given in given }
        return try ChildProcess(product: "channelsocket", arguments: arguments, environment: settings)
    }

    /// Starts a node on a port of the system's choice.
    static func node(
        _ name: String, redis: String = "", environment: [String: String] = [:]
    ) async throws -> (process: ChildProcess, port: Int) {
        var environment = environment
        environment["REDIS_URL"] = redis
        environment["CHANNELSOCKET_NODE_NAME"] = name
        let process = try start("serve", "--port", "0", environment: environment)
        return (process, try await process.waitForPort())
    }

    /// What `channelsocket health` prints.
    static func health(of port: Int) async throws -> JSONValue {
        let probe = try start("health", "--port", "\(port)")
        guard try await probe.waitForExit() == .exited(0) else {
            throw TestingError(.unexpected, "channelsocket health: \(probe.output)")
        }
        return try JSONValue(parsing: probe.output)
    }

    /// Asks for the health until it says something.
    static func waitForHealth(of port: Int, status: String, within limit: Duration = .seconds(20)) async throws
        -> JSONValue
    {
        let deadline = ContinuousClock.now + limit
        while true {
            let report = try await health(of: port)
            if report["status"] == .string(status) { return report }
            guard ContinuousClock.now < deadline else {
                throw TestingError(.timeout, "waited for health \(status), last was \(report)")
            }
        }
    }
}
