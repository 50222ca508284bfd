internal import ArgumentParser

/// Makes tokens and looks into them.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make tokens for clients, and look into them.",
        discussion: """
            For trying a server out and for finding out why it refuses a token. In production tokens are made by the \
            application that knows its users.
            """,
        subcommands: [TokenCreateCommand.self, TokenInspectCommand.self]
    )
}
