extension AdminConfiguration {
    /// Lets the admin key use the HTTP API, which the page does with it.
    ///
    /// - Parameter access: who else may use it.
    /// - Returns: all who may.
    func access(addingTo access: AccessConfiguration) -> AccessConfiguration {
        guard let key else { return access }
        var access = access
        access.apiKeys.append(APIKeyConfiguration(name: "admin page", key: key.exposed, permissions: [.admin]))
        return access
    }
}
