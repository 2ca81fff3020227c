import Foundation
import Measurement
import Testing

@Suite("Figures of a classifier") struct ClassificationTests {
  // The cats and dogs of Wikipedia, "Phi coefficient": TP 6, FN 2, FP 1, TN 3 gives 0.478; F1 = 12 / (12 + 2 + 1).
  @Test("binary example") func binary() {
    let matrix = ConfusionMatrix(counts: [[3, 1], [2, 6]])
    #expect(matrix.accuracy == 0.75)
    #expect(abs(matrix.f1 - 0.8) < 1e-15)
    #expect(abs(matrix.matthewsCorrelation - 0.478) < 0.0005)
    #expect(abs(matrix.matthewsCorrelation - 16 / (7.0 * 4 * 8 * 5).squareRoot()) < 1e-15)
  }

  // The example of scikit-learn's documentation of f1_score: macro average 0.26666...
  @Test("macro F1 of three classes") func macro() throws {
    let matrix = try ConfusionMatrix(labels: [0, 1, 2, 0, 1, 2], predictions: [0, 2, 1, 0, 0, 1], classCount: 3)
    #expect(matrix.counts == [[2, 0, 0], [1, 0, 1], [0, 2, 0]])
    #expect(abs(matrix.f1 - 4.0 / 15) < 1e-15)
  }

  // The example of scikit-learn's documentation of matthews_corrcoef: -0.33
  @Test("negative correlation") func negative() throws {
    let matrix = try ConfusionMatrix(labels: [1, 1, 1, 0], predictions: [1, 0, 1, 1], classCount: 2)
    #expect(abs(matrix.matthewsCorrelation - -1.0 / 3) < 1e-15)
  }

  // By hand: s 10, c 8, p = (4, 3, 3), t = (4, 4, 2), Σpt = 34, Σp² = 34, Σt² = 36; (80 - 34) / sqrt(66 * 64).
  @Test("correlation of three classes") func gorodkin() {
    let matrix = ConfusionMatrix(counts: [[3, 0, 1], [1, 3, 0], [0, 0, 2]])
    #expect(matrix.correct == 8)
    #expect(abs(matrix.matthewsCorrelation - (80 - 34) / (66.0 * 64).squareRoot()) < 1e-15)
  }

  @Test("one class only gives 0, not NaN") func degenerate() {
    let matrix = ConfusionMatrix(counts: [[5, 0], [0, 0]])
    #expect(matrix.f1 == 0)
    #expect(matrix.matthewsCorrelation == 0)
    #expect(matrix.accuracy == 1)
  }

  // The example of scikit-learn's documentation of log_loss: 0.21616
  @Test("log loss of probabilities") func logLossExample() throws {
    let loss = try logLoss(
      probabilities: [0.9, 0.1, 0.1, 0.9, 0.2, 0.8, 0.65, 0.35], labels: [0, 1, 1, 0], classCount: 2)
    #expect(abs(loss - 0.21616) < 0.00001)
  }

  // By the formula (ln(1 + e^-3) + 200 + ln(1 + e^-200)) / 2; NumPy gives 100.02429367578686
  @Test("log loss of logits does not saturate") func logits() throws {
    let loss = try logLoss(logits: [3, 0, 0, 200], labels: [0, 0], classCount: 2)
    #expect(abs(loss - 100.02429367578686) < 1e-12)
  }

  // By hand, five bins: confidences 0.9, 0.9 (both in the last, one right), 0.75 (fourth, right), 0.55 (third, wrong).
  // (|1.8 - 1| + |0.75 - 1| + |0.55 - 0|) / 4 = 0.4
  @Test("expected calibration error") func calibration() throws {
    func logits(_ confidence: Double) -> [Float] { [Float(log(confidence / (1 - confidence))), 0] }
    let rows = [0.9, 0.9, 0.75, 0.55].flatMap(logits)
    let error = try expectedCalibrationError(logits: rows, labels: [0, 1, 0, 1], classCount: 2, bins: 5)
    #expect(abs(error - 0.4) < 1e-6)
    // One bin: the gap of the means, |3.1 - 2| / 4.
    #expect(
      abs(try expectedCalibrationError(logits: rows, labels: [0, 1, 0, 1], classCount: 2, bins: 1) - 0.275) < 1e-6)
    // Sure and right is calibrated; sure and wrong is off by all.
    #expect(try expectedCalibrationError(logits: [200, 0, 0, 200], labels: [0, 1], classCount: 2) == 0)
    #expect(try expectedCalibrationError(logits: [200, 0, 0, 200], labels: [1, 0], classCount: 2) == 1)
  }

  @Test("refuses what is no class or probability") func refusals() {
    #expect(throws: MeasurementError.labelOutOfRange(row: 1, label: 2, classCount: 2)) {
      try ConfusionMatrix(labels: [0, 1], predictions: [0, 2], classCount: 2)
    }
    #expect(throws: MeasurementError.noRows(what: "confusion matrix")) {
      try ConfusionMatrix(labels: [], predictions: [], classCount: 2)
    }
    #expect(throws: MeasurementError.countMismatch(what: "log loss", expected: 4, found: 3)) {
      try logLoss(probabilities: [1, 0, 1], labels: [0, 0], classCount: 2)
    }
    #expect(throws: MeasurementError.self) { try logLoss(probabilities: [.nan, 0], labels: [0], classCount: 2) }
    #expect(throws: MeasurementError.self) { try logLoss(logits: [.infinity, 0], labels: [0], classCount: 2) }
    #expect(
      "\(MeasurementError.labelOutOfRange(row: 1, label: 2, classCount: 2))" == "row 1: label 2 is outside of 0..<2")
  }
}
