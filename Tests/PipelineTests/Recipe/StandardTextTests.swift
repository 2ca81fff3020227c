import Foundation
import Pipeline
import Reports
import Testing

/// What the catalogue says in English has to be known to the reports, which say it in Chinese.
@Suite("Texts of the catalogue") struct StandardTextTests {
  @Test func areKnownToReports() throws {
    let catalogue = try Catalogue.builtIn()
    let known = Set(FixedText.allCases.map(\.text))
    for (name, dataset) in catalogue.datasets {
      #expect(known.contains(dataset.title), "\(name)")
      // One word is a name.
      #expect(known.contains(dataset.licence) || !dataset.licence.contains(" "), "\(name)")
    }
  }
}
