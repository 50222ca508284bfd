// swift-tools-version: 6.2
import PackageDescription

/// The fuzz harness, apart from the product's package because it is built with libFuzzer; see run.sh.
let package = Package(
    name: "fuzz",
    platforms: [.macOS("26.0")],
    dependencies: [
        .package(name: "channel-socket", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    ],
    targets: [
        .target(name: "CLibFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "CLibFuzzer",
                .product(name: "PhoenixWire", package: "channel-socket"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
    ]
)
