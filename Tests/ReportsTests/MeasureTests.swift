import Foundation
import Measurement
import Reports
import Testing

@Suite("Reports of other figures than accuracy") struct MeasureTests {
  private func results(_ measure: Metric) -> ShowdownResults {
    var results = MadeUpResults.full()
    results.metric = measure
    for index in results.variants.indices where results.variants[index].accuracy != nil {
      results.variants[index].score = 0.1234 + Double(index) / 100
      results.variants[index].scoreInterval = Bounds(0.1, 0.3)
      results.variants[index].randomizationP = 0.5
      results.variants[index].randomizationPHolm = 0.75
      if measure == .pearson {
        results.variants[index].accuracy = nil
        results.variants[index].pearson = results.variants[index].score
        results.variants[index].spearman = 0.2
        results.variants[index].meanSquaredError = 1.5
      }
    }
    return results
  }

  @Test("The name stands wherever accuracy would", arguments: Metric.allCases) func names(_ measure: Metric) throws {
    let named: [Metric: (english: String, chinese: String)] = [
      .accuracy: ("Accuracy", "准确率"), .f1: ("F1", "F1"), .macroF1: ("Macro F1", "宏平均 F1"),
      .microF1: ("Micro F1", "微平均 F1"), .matthewsCorrelation: ("Matthews correlation", "Matthews 相关系数"),
      .pearson: ("Pearson correlation", "Pearson 相关系数"), .spearman: ("Spearman correlation", "Spearman 相关系数"),
    ]
    let names = try #require(named[measure])
    var results = results(measure)
    if measure == .accuracy {
      results = MadeUpResults.full()
      results.metric = nil
    }
    let english = results.markdown()
    #expect(english.contains("| Model | Layers | Weights | Division | Size (MB) | \(names.english) | 95 % interval |"))
    #expect(english.contains("\(names.english) by depth"))
    let chinese = results.markdown(language: .chinese)
    #expect(chinese.contains("| \(names.chinese) |") && chinese.contains("\(names.chinese)与层数"))
    guard measure != .accuracy else { return }
    #expect(english.contains("paired randomisation") && !english.contains("Wilson"))
    #expect(chinese.contains("配对随机化检验") && !chinese.contains("Wilson"))
    #expect(english.contains("| 0.1234 | 0.1000–0.3000 |") && english.contains("| 0.75 |"))
    // Files are whole, and come back.
    let files = try Report(results).files()
    let json = try #require(files.first { $0.name == "results.json" })
    #expect(try ShowdownResults(json: Data(json.text.utf8), path: "a") == results)
  }

  @Test("Numbers have no classes, so no figures of classes either") func numbers() {
    var results = results(.pearson)
    for index in results.variants.indices {
      (results.variants[index].f1, results.variants[index].mcc) = (nil, nil)
      (results.variants[index].logLoss, results.variants[index].calibrationError) = (nil, nil)
    }
    let english = results.markdown()
    #expect(english.contains("| Before re-training | Pearson | Spearman | Mean squared error |"))
    #expect(!english.contains("ECE") && !english.contains("Correct"))
    #expect(english.contains("Loss increase (squared error)"))
  }
}
