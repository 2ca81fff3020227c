// swift-tools-version: 6.2

import PackageDescription

// A program that uses Espalier as a library: see docs/use-from-swift.md.
let package = Package(
  name: "review-sorter",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "espalier", path: "../..")],
  targets: [
    .executableTarget(name: "ReviewSorter", dependencies: [.product(name: "Espalier", package: "espalier")])
  ]
)
