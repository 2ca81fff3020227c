import FoundationEssentials
package import Text
import Yams

/// The models and data sets that Espalier knows by name, with their sources, sums and licences.
package struct Catalogue: Sendable, Codable {
  package var models: [String: Model]
  package var datasets: [String: Dataset]

  package struct Model: Sendable, Codable {
    package var title: String
    package var licence: String
    package var hub: HubSource?
    package var package: PackageSource?
    /// The shape as a Hugging Face configuration, for random weights.
    package var shape: [String: Int]?
    /// The model that has the same vocabulary, for random weights.
    package var vocabularyOf: String?

    enum CodingKeys: String, CodingKey {
      case title, licence, hub, package, shape
      case vocabularyOf = "vocabulary_of"
    }
  }

  package struct Dataset: Sendable, Codable {
    package enum Format: String, Sendable, Codable {
      /// `train.tsv` and `dev.tsv` with the columns sentence and label.
      case glue
      case movieSnippets = "movie-snippets"
    }

    package var title: String
    package var licence: String
    package var format: Format
    /// Whose columns the files have; nil for sentence and label.
    package var task: GLUETask?
    /// In the order of their numbers.
    package var labels: [String]
    /// Names a directory of the user's.
    package var variable: String?
    package var archive: ArchiveSource?
    package var package: PackageSource?
    /// What the directory must hold.
    package var files: [String]
  }

  /// A repository on the Hugging Face Hub.
  package struct HubSource: Sendable, Codable {
    package var repository: String
    package var revision: String
    /// Files and their SHA-256 sums.
    package var sums: [String: String]?
  }

  /// A package of the Python index.
  package struct PackageSource: Sendable, Codable {
    package var name: String
    package var version: String
    /// A source distribution rather than a wheel.
    package var isSource: Bool?
    /// Of the archive.
    package var sha256: String
    /// An archive within the archive.
    package var nested: String?
    /// Where the files lie in the archive.
    package var folder: String
    /// Files and their SHA-256 sums.
    package var sums: [String: String]

    enum CodingKeys: String, CodingKey {
      case name, version, sha256, nested, folder, sums
      case isSource = "source"
    }
  }

  /// A zip file at an address.
  package struct ArchiveSource: Sendable, Codable {
    package var url: String
    package var folder: String
    package var sums: [String: String]
  }

  package init(yaml: String, path: String) throws(InputError) {
    do {
      self = try YAMLDecoder().decode(Catalogue.self, from: yaml)
    } catch {
      throw .catalogue(path: path, reason: "\(error)")
    }
  }

  package static func builtIn() throws(InputError) -> Catalogue {
    try Catalogue(yaml: String(decoding: PackageResources.catalogue_yaml, as: UTF8.self), path: "catalogue.yaml")
  }
}
