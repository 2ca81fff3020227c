import Foundation
import Reports
import Testing

@Suite("results.json") struct ResultsJSONTests {
  @Test("keeps the form that scripts rely on") func form() throws {
    let text = try MadeUpResults.full().json()
    let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let variants = try #require(root["variants"] as? [[String: Any]])
    let first = try #require(variants.first)
    #expect(first["name"] as? String == "baseline")
    // Foundation reads the last digit differently on some systems.
    #expect(abs((first["accuracy"] as? Double ?? 0) - 780.0 / 872) < 1e-15)
    #expect((first["accuracy_interval"] as? [Double])?.count == 2)
    #expect(first["size_bytes"] as? Int == 90_890_000)
    let latency = try #require(first["latency_ms"] as? [String: Any])
    #expect(latency["p50"] as? Double == 6.2)
    #expect(latency["p90"] != nil && latency["p99"] != nil)
    #expect(first["peak_memory_bytes"] as? Int == 130_890_000)
    #expect(first["throughput_sentences_per_second"] != nil && first["latency_by_batch"] != nil)
    #expect(variants[2]["removed_layers"] as? [Int] == [1, 3])
    #expect(variants[2]["accuracy_before_refinetuning"] != nil && variants[2]["mcnemar_p_holm"] != nil)
    let layer = try #require((root["sensitivity"] as? [[String: Any]])?.first)
    #expect(layer["accuracy_drop"] != nil && layer["loss_increase"] != nil && layer["kl_divergence"] != nil)
    let depth = try #require(root["depth_curve"] as? [[String: Any]])
    #expect(depth.compactMap { $0["kind"] as? String }.contains("control-random"))
    #expect(first["expected_calibration_error"] as? Double == 0.0437)
    let disagreements = try #require(root["disagreements"] as? [String: Any])
    #expect(disagreements["count"] as? Int == 3 && (disagreements["rows"] as? [Any])?.count == 2)
    #expect(root["format_version"] as? Int == 1)
  }

  @Test("comes back equal") func roundTrip() throws {
    let results = MadeUpResults.full()
    #expect(try ShowdownResults(json: Data(try results.json().utf8), path: "results.json") == results)
  }

  @Test("older results, which know neither lengths nor seeds nor a language, are read and reported") func older() throws
  {
    let text = """
      {"format_version": 1, "title": "Older", "variants": [
        {"name": "baseline", "title": "Baseline", "role": "baseline", "accuracy": 0.9, "size_bytes": 100,
         "latency_by_batch": [{"batch": 1, "tokens": 64, "p50": 2.5}]}]}
      """
    let results = try ShowdownResults(json: Data(text.utf8), path: "results.json")
    #expect(results.seeds == nil && results.language == nil && results.variants[0].latencyByLength == nil)
    #expect(results.markdown().contains("| Baseline | 0.00 | N/A | N/A | N/A | 0.9000 | N/A |"))
    #expect(results.markdown(language: .chinese).contains("| 基线 | 0.00 | N/A | N/A | N/A | 0.9000 | N/A |"))
  }

  @Test("all that a run with several seeds knows comes back equal") func seeds() throws {
    var results = MadeUpResults.standard()
    results.language = .chinese
    results.margin = 0.012
    let json = try results.json()
    #expect(
      json.contains("\"over_seeds\"") && json.contains("\"latency_by_length\"")
        && json.contains("\"language\" : \"zh\""))
    #expect(try ShowdownResults(json: Data(json.utf8), path: "results.json") == results)
  }

  @Test("refuses a figure that is not finite, by name") func notFinite() {
    var results = MadeUpResults.full()
    results.variants[1].mcc = .nan
    #expect { try results.json() } throws: { error in
      "\(error)".contains("mcc is nan")
    }
  }

  @Test("says what is wrong with a file")
  func malformed() {
    func message(_ json: String) -> String {
      do {
        _ = try ShowdownResults(json: Data(json.utf8), path: "results.json")
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(message("{}").hasPrefix("results.json: not the results of a run: "))
    #expect(message(#"{"format_version":1,"title":"x"}"#).contains("variants is missing"))
    #expect(message(#"{"format_version":1,"title":"x","variants":[{"name":"a"}]}"#).contains("variants.[0].role"))
    #expect(message(#"{"format_version":9,"title":"x","variants":[]}"#).contains("expected 1, found 9"))
    #expect(message("[").hasPrefix("results.json: not the results of a run: "))
  }
}
