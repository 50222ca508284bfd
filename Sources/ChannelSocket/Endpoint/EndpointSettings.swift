/// What an ``Endpoint`` goes by until it is updated.
///
/// A class, so that each connection keeps what it came under for the price of a reference.
final class EndpointSettings: Sendable {
    let configuration: Endpoint.Configuration
    let routes: [Route]

    init(configuration: Endpoint.Configuration, routes: [Route], numbers: CallbackRoutes) {
        self.configuration = configuration
        self.routes = routes.map { route in
            var route = route
            route.number = numbers.number(of: route.pattern)
            return route
        }
    }
}
