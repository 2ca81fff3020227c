import FoundationEssentials
import Subprocess

/// The commit that this program was built from, for whoever reads a figure and wants to make it again.
package enum SourceCommit {
  /// `ESPALIER_COMMIT`, else what git says of the checkout in whose build folder the program lies.
  ///
  /// - Returns: 40 hexadecimal digits, with `-modified` behind them if tracked files differ; nil for an installed program.
  package static func find(executable: String, environment: [String: String]) async -> String? {
    if let given = environment["ESPALIER_COMMIT"], !given.isEmpty { return given }
    guard let checkout = checkout(of: executable),
      let commit = await git(["rev-parse", "HEAD"], in: checkout), !commit.isEmpty,
      let changes = await git(["status", "--porcelain", "--untracked-files=no"], in: checkout)
    else { return nil }
    return changes.isEmpty ? commit : commit + "-modified"
  }

  /// The nearest folder above the program that is a package under git.
  private static func checkout(of executable: String) -> String? {
    var folder = URL(filePath: executable).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.pathComponents.count > 1 {
      let isCheckout = ["Package.swift", ".git"].allSatisfy {
        FileManager.default.fileExists(atPath: folder.appending(path: $0).path(percentEncoded: false))
      }
      if isCheckout { return folder.path(percentEncoded: false) }
      folder = folder.deletingLastPathComponent()
    }
    return nil
  }

  private static func git(_ arguments: [String], in folder: String) async -> String? {
    guard
      let result = try? await Subprocess.run(
        .name("git"), arguments: Arguments(["-C", folder] + arguments), output: .string(limit: 1 << 20),
        error: .discarded),
      result.terminationStatus.isSuccess
    else { return nil }
    return String(result.standardOutput.prefix { $0 != "\n" })
  }
}
