// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket: Target.Dependency = .product(name: "NIOWebSocket", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let metricsTestKit: Target.Dependency = .product(name: "MetricsTestKit", package: "swift-metrics")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let inMemoryLogging: Target.Dependency = .product(name: "InMemoryLogging", package: "swift-log")
let inMemoryTracing: Target.Dependency = .product(
    name: "InMemoryTracing", package: "swift-distributed-tracing"
)
let jwtKit: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "channel-socket",
    platforms: [.macOS("26.0")],
    products: [
        .library(name: "ChannelSocket", targets: ["ChannelSocket"]),
        .library(name: "ChannelSocketRedis", targets: ["ChannelSocketRedis"]),
        .library(name: "ChannelSocketHTTP", targets: ["ChannelSocketHTTP"]),
        .library(name: "ChannelSocketClient", targets: ["ChannelSocketClient"]),
        .library(name: "ChannelSocketServer", targets: ["ChannelSocketServer"]),
        .library(name: "ChannelSocketTesting", targets: ["ChannelSocketTesting"]),
        .library(name: "PhoenixWire", targets: ["PhoenixWire"]),
        .executable(name: "channelsocket", targets: ["ChannelSocketCommand"]),
        .executable(name: "phoenix-contract", targets: ["phoenix-contract"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
        .package(
            url: "https://github.com/apple/swift-configuration.git",
            from: "1.4.0",
            traits: ["JSON", "YAML", "Reloading", "CommandLineArguments"]
        ),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.0.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.11.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"]), .brew(["hiredis"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CPrefetch"),
        .target(name: "PhoenixWire", dependencies: [nioCore], swiftSettings: swiftSettings),
        .target(
            name: "ChannelSocket",
            dependencies: ["CPrefetch", "PhoenixWire", nioCore, deque, logging, lifecycle, coreMetrics, tracing],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ChannelSocketRedis",
            dependencies: ["ChannelSocket", "PhoenixWire", "CHiredis", nioCore, nioPosix, logging, coreMetrics],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ChannelSocketHTTP",
            dependencies: [
                "ChannelSocket", hummingbird, hummingbirdCore, httpTypes, nioCore, nioHTTP1, nioHTTPTypes,
                nioHTTPTypesHTTP1, nioWebSocket, logging, lifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ChannelSocketServer",
            dependencies: [
                "CMalloc", "ChannelSocket", "ChannelSocketHTTP", "ChannelSocketRedis", "PhoenixWire", hummingbird,
                httpTypes, nioCore, nioHTTP1, nioPosix, nioSSL, logging, lifecycle, unixSignals, configuration, yams,
                metrics, coreMetrics, tracing, jwtKit, crypto, asyncHTTPClient,
            ],
            resources: [
                .embedInCode("Resources/chat.html"), .embedInCode("Resources/openapi.json"),
                .embedInCode("Resources/admin.html"), .embedInCode("Resources/admin.js"),
                .embedInCode("Resources/admin.css"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ChannelSocketClient",
            dependencies: ["PhoenixWire", nioCore, nioHTTP1, nioPosix, nioSSL, nioWebSocket, logging],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ChannelSocketBench",
            dependencies: ["ChannelSocketClient", nioCore, nioPosix, nioSSL, histogram],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "ChannelSocketCommand",
            dependencies: [
                "ChannelSocket", "ChannelSocketBench", "ChannelSocketClient", "ChannelSocketRedis",
                "ChannelSocketServer", "PhoenixWire", argumentParser, asyncHTTPClient, coreMetrics, logging, nioCore,
                nioHTTP1, nioSSL,
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "phoenix-contract",
            dependencies: [
                "ChannelSocket", "ChannelSocketHTTP", "ChannelSocketRedis", "PhoenixWire", argumentParser, hummingbird,
                nioCore, nioPosix, logging, lifecycle, unixSignals,
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "ChannelSocketTesting",
            dependencies: ["ChannelSocket", "PhoenixWire", nioCore, nioPosix, logging],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "PhoenixWireTests",
            dependencies: ["PhoenixWire", nioCore],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChannelSocketTests",
            dependencies: [
                "ChannelSocket", "PhoenixWire", nioCore, nioEmbedded, nioPosix, logging, coreMetrics, metricsTestKit,
                tracing, inMemoryTracing, inMemoryLogging,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChannelSocketRedisTests",
            dependencies: [
                "ChannelSocketRedis", "ChannelSocket", "ChannelSocketTesting", "PhoenixWire", nioCore, nioPosix,
                logging,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChannelSocketHTTPTests",
            dependencies: [
                "ChannelSocket", "ChannelSocketHTTP", "ChannelSocketTesting", "PhoenixWire", hummingbird, nioCore,
                nioEmbedded, nioPosix, logging, lifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChannelSocketServerTests",
            dependencies: [
                "ChannelSocketServer", "ChannelSocket", "ChannelSocketHTTP", "ChannelSocketRedis",
                "ChannelSocketTesting", "PhoenixWire", "ChannelSocketClient", nioCore, nioHTTP1, nioPosix, nioSSL,
                logging, coreMetrics, asyncHTTPClient, hummingbird, tracing,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "ChannelSocket", "ChannelSocketHTTP", "ChannelSocketRedis", "ChannelSocketServer",
                "ChannelSocketTesting", "PhoenixWire", hummingbird, nioCore, nioPosix, logging, inMemoryLogging,
                coreMetrics, metricsTestKit, lifecycle,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChannelSocketClientTests",
            dependencies: [
                "ChannelSocketClient", "ChannelSocketTesting", "PhoenixWire", nioCore, nioPosix, nioSSL,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChannelSocketTestingTests",
            dependencies: ["ChannelSocketTesting", nioCore, nioPosix],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ChannelSocketBenchTests",
            dependencies: [
                "ChannelSocketBench", "ChannelSocketClient", "ChannelSocketTesting", nioCore, nioEmbedded, nioPosix,
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "PhoenixContractTests",
            dependencies: ["ChannelSocketTesting", "phoenix-contract"],
            resources: [.copy("Transcripts"), .copy("Dialogues")],
            swiftSettings: swiftSettings
        ),
    ]
)
