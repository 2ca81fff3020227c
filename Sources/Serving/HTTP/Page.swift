internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The page that asks all models about a sentence.
enum Page {
  /// Nothing but this server is asked for anything, and no other site may frame it.
  static let policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  static var response: Response {
    Response(
      status: .ok, headers: [.contentType: "text/html; charset=utf-8", .contentSecurityPolicy: policy],
      body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.page_html)))
  }
}
