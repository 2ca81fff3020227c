/// What the endpoints take and give, for programs that make clients of it.
enum OpenAPIDescription {
  static func json(version: String) -> String {
    String(decoding: PackageResources.openapi_json, as: UTF8.self).replacing("VERSION", with: version)
  }
}
