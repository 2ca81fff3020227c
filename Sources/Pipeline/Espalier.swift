/// The program itself.
package enum Espalier {
  package static let version = "0.1.0"
}
