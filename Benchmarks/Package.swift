// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that what benchmarks need never reaches those who use Espalier. It sees Espalier as its users
// do, through the public interface: docs/decisions/0005-benchmarks-are-a-user.md.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "espalier-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "espalier", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "CPeak"),
    .executableTarget(
      name: "EspalierBench",
      dependencies: [
        "CPeak",
        .product(name: "Espalier", package: "espalier"),
        .product(name: "EspalierBenchmarking", package: "espalier"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
