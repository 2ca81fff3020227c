import Measurement

/// The middle of some figures; 0 of none.
func median(of values: [Double]) -> Double { values.isEmpty ? 0 : quantile(0.5, ofSorted: values.sorted()) }
