internal import Compute

extension EncoderInput {
  /// The rows of the embedding tables that a model looks up for each token.
  ///
  /// Positions are those of the batch, 0 for the first token; where they count from the padding's, they are counted here,
  /// and a padding token that a text contains has the padding's own position and isn't counted.
  ///
  /// - SeeAlso: `create_position_ids_from_input_ids` of transformers' RoBERTa.
  func tableRows(for configuration: BertConfiguration) throws(TensorError) -> TokenIndices {
    let types =
      configuration.readsTokenTypes ? tokens.types : [Int32](repeating: 0, count: tokens.types.count)
    guard configuration.family.countsFromPadding else {
      return try TokenIndices(words: tokens.words, positions: tokens.positions, types: types)
    }
    let padding = Int32(configuration.firstPosition - 1)
    var positions: [Int32] = []
    positions.reserveCapacity(tokens.words.count)
    for sequence in 0..<layout.sequenceCount {
      var last = padding
      for word in tokens.words[layout.offsets[sequence]..<layout.offsets[sequence + 1]] {
        if word == padding {
          positions.append(padding)
        } else {
          last += 1
          positions.append(last)
        }
      }
    }
    return try TokenIndices(words: tokens.words, positions: positions, types: types)
  }
}
