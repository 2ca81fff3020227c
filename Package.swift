// swift-tools-version: 6.2

import PackageDescription

// Arrows point left only:
//   CKernels <- Compute <- Bert <- Training <- Compression <- Pipeline <- EspalierCommand
//   Text <- Training        Measurement <- Training, Reports        Reports <- Pipeline        JSON <- Bert, Text
//   Bert <- ONNX <- EspalierCommand        Training <- Espalier <- Serving <- EspalierCommand

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "espalier",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "espalier", targets: ["EspalierCommand"]),
    .library(
      name: "Espalier",
      targets: ["Espalier", "Compute", "Text", "Bert", "Measurement", "Training", "Compression", "ONNX"]),
    .library(name: "EspalierBenchmarking", targets: ["Benchmarking"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
  ],
  targets: [
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "Compute", dependencies: ["CKernels"], swiftSettings: settings + [.strictMemorySafety()]),
    .target(name: "JSON", swiftSettings: settings),
    .target(name: "Text", dependencies: ["JSON"], swiftSettings: settings),
    .target(name: "Bert", dependencies: ["Compute", "JSON"], swiftSettings: settings),
    .target(name: "Measurement", swiftSettings: settings),
    .target(name: "Training", dependencies: ["Bert", "Compute", "Measurement", "Text"], swiftSettings: settings),
    .target(
      name: "Compression", dependencies: ["Bert", "Compute", "Measurement", "Text", "Training"], swiftSettings: settings
    ),
    .target(
      name: "Reports", dependencies: ["Measurement"], resources: [.embedInCode("Resources")], swiftSettings: settings),
    .target(
      name: "Benchmarking", dependencies: ["Bert", "Compute", "Measurement", "Reports", "Text", "Training"],
      swiftSettings: settings),
    .target(name: "ONNX", dependencies: ["Bert", "Compute"], swiftSettings: settings),
    .target(
      name: "Espalier",
      dependencies: [
        "Bert", "Compute", "JSON", "Text", "Training", .product(name: "DequeModule", package: "swift-collections"),
      ], swiftSettings: settings),
    .target(
      name: "Serving",
      dependencies: [
        "Compute", "Bert", "Espalier", "JSON", "Measurement", "Text",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Resources")],
      swiftSettings: settings),
    .target(
      name: "Pipeline",
      dependencies: [
        "Bert", "Compression", "Compute", "Measurement", "Reports", "Text", "Training",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [.embedInCode("Resources")],
      swiftSettings: settings),
    .executableTarget(
      name: "EspalierCommand",
      dependencies: [
        "Benchmarking", "Bert", "Compression", "Compute", "Espalier", "JSON", "Measurement", "ONNX", "Pipeline",
        "Reports", "Serving", "Text", "Training",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),

    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    .testTarget(name: "ComputeTests", dependencies: ["CKernels", "Compute", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(
      name: "TextTests", dependencies: ["Text", "TestSupport"], exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(name: "BertTests", dependencies: ["Bert", "Compute", "JSON", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "BenchmarkingTests", dependencies: ["Benchmarking", "Bert", "Compute", "Measurement", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "MeasurementTests", dependencies: ["Measurement", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "TrainingTests", dependencies: ["Bert", "Compute", "TestSupport", "Text", "Training"],
      swiftSettings: settings),
    .testTarget(
      name: "CompressionTests",
      dependencies: ["Bert", "Compression", "Compute", "Measurement", "TestSupport", "Text", "Training"],
      swiftSettings: settings),
    .testTarget(
      name: "ONNXTests",
      dependencies: ["Bert", "Compression", "Compute", "ONNX", "TestSupport", "Text", "Training"],
      swiftSettings: settings),
    .testTarget(
      name: "EspalierTests", dependencies: ["Bert", "Compute", "Espalier", "TestSupport", "Text"],
      swiftSettings: settings),
    .testTarget(
      name: "ReportsTests", dependencies: ["Measurement", "Reports", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Bert", "Compression", "Compute", "Pipeline", "Reports", "TestSupport", "Text", "Training",
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["Inputs/Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "CommandTests", dependencies: ["EspalierCommand", "Bert", "Compute", "TestSupport"], swiftSettings: settings
    ),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

// From the kernels to compression, with their tests, which need no other package: what the sanitizers build, see the
// Makefile.
if Context.environment["ESPALIER_CORE"] != nil {
  let core = [
    "CKernels", "Compute", "JSON", "Text", "Bert", "Measurement", "Training", "Compression", "TestSupport",
    "ComputeTests",
    "BertTests", "CompressionTests", "TextTests",
  ]
  package.targets.removeAll { !core.contains($0.name) }
  package.products = []
  package.dependencies = []
}
