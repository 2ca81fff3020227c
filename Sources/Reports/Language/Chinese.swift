import enum Measurement.Metric

/// 中文报告用语。The words of reports in Chinese, simplified script.
struct Chinese: Phrases {
  let language = Language.chinese
  var measure = Metric.accuracy
  let listSeparator = "、"
  let groupSeparator = "；"
  let sentenceSeparator = ""
  let partSeparator = "，"

  // MARK: Page

  let kicker = "Espalier 报告"
  let skipLink = "跳到对比表"
  let verdict = "结论"
  let results = "结果"
  let comparison = "对比"
  let comparisonCaption = "全部变体的对比"
  let recommended = "推荐"
  let figures = "图"
  let allNumbers = "全部数字"
  let columnsOfTheStudy = "原研究的各列"
  let classification = "分类指标"
  let pairs = "与基线逐行比较"
  let quantizationTraining = "量化感知训练：训练时与取整后"
  let speed = "速度"
  let confusionMatrices = "混淆矩阵"
  func confusionMatrix(of model: String) -> String { "\(model)的混淆矩阵" }
  let disagreements = "各变体判断不一致之处"
  let disagreementsCaption = "各变体判断不一致的行"
  func disagreementsNote(count: String, split: String?, shown: String?, hasSentences: Bool) -> String {
    var note = "各变体在\(Self.part(split, " ", "报告所用部分"))的 \(count) 行上判断不一致"
    note += shown.map { "；这里列出与基线不同的变体最多的 \($0) 行。" } ?? "。"
    if !hasSentences { note += "句子从略；行号从 0 起，与预测文件一致。" }
    return note
  }
  let method = "方法"
  let whatChoseWhat = "各部分数据的用途"
  let splitsCaption = "数据各部分的用途"
  let howToReproduce = "如何重现"
  let filesOfTheDataSet = "数据集的文件"
  let run = "运行"
  let notes = "说明"
  func footer(version: String?) -> String {
    "由 espalier\(version.map { " \($0)" } ?? "") 根据本页旁的 results.json 生成；没有一个数字是手工填写的。"
  }

  // MARK: Verdict

  let verdictOnRandomWeights = "本次运行的权重是随机的，准确率没有意义，故不列出；大小、时间与内存则与真实形状的模型相同。"
  let verdictWithoutBaseline = "没有一行标为基线，因此未作比较。"
  func points(_ amount: String) -> String { "\(amount) 个百分点" }
  func ship(_ model: String, budget: String, baseline: String, difference: String) -> String {
    "若\(name)预算为 \(budget)，宜采用“\(model)”：在能证明损失不超出预算的变体中，它最小（与“\(baseline)”相比，\(difference)）。"
  }
  func nothingFits(budget: String, baseline: String, closest: String, difference: String) -> String {
    "没有更小的变体能证明相对“\(baseline)”的损失不超出 \(budget)的\(name)预算；最接近的是“\(closest)”（\(difference)）。"
  }
  func lossNotShown(rows: (count: String, points: String)?) -> String {
    let split = rows.map { "\($0.count) 行数据（一行合 \($0.points) 个百分点）" } ?? "这些行数"
    return "它的区间包含零，因此也不能证明有损失：\(split)分不出两者的高下。"
  }
  func nothingCompared(baseline: String) -> String { "没有更小的变体与“\(baseline)”逐行比较过，因此不作推荐。" }
  func differenceWords(_ difference: String, confidence: String, lower: String, upper: String) -> String {
    "差值 \(difference) 个百分点，\(confidence) 区间 \(lower) 至 \(upper)"
  }
  func timesDoNotRank(model: String, fold: String) -> String {
    "这里的时间不足以给各变体排序：测量时机器繁忙，在同一批调用的各轮之间，“\(model)”的中位延迟最大为最小的 \(fold) 倍。"
  }
  func price(size: String?, latency: String?, memory: String?) -> String {
    var parts: [String] = []
    for (share, of) in [(size, "大小"), (latency, "中位延迟"), (memory, "内存峰值")] {
      if let share { parts.append("\(of)为其 \(share) %") }
    }
    return "与基线相比，\(parts.joined(separator: "，"))。"
  }

  // MARK: Tables

  let model = "模型"
  let sizeMB = "大小 (MB)"
  var accuracyGPU: String { "\(name)（GPU）" }
  let latencyGPU = "延迟（GPU，毫秒）"
  let peakGPU = "显存峰值 (MB)"
  var accuracyCPU: String { "\(name)（CPU）" }
  let latencyCPU = "延迟（CPU，毫秒）"
  let layers = "层数"
  let weights = "权重"
  let division = "组别"
  var accuracy: String { name }
  func interval(_ confidence: String) -> String { "\(confidence) 区间" }
  let differencePoints = "差值（百分点）"
  let pHolm = "p（Holm）"
  let p50 = "中位延迟（毫秒）"
  let timeRatio = "时间比"
  let peakMB = "内存峰值（MB）"
  func divisionName(_ division: Division) -> String {
    switch division {
    case .closed: "封闭"
    case .open: "开放"
    }
  }
  func weightFormat(_ precision: String) -> String { precision == "MIXED" ? "混合" : precision }
  let role = "角色"
  func roleName(_ role: VariantResult.Role) -> String {
    switch role {
    case .baseline: "基线"
    case .pruned: "剪枝"
    case .control: "对照"
    case .converted: "转换"
    case .reference: "参考"
    }
  }
  let removedLayers = "删去的层"
  let none = "无"
  let epochs = "训练轮数"
  let beforeRetraining = "再训练前"
  let correct = "正确"
  func correct(_ correct: String, of count: String) -> String { "\(correct) / \(count)" }
  let f1 = "F1"
  let mcc = "MCC"
  let accuracyItself = "准确率"
  let macroF1 = "宏平均 F1"
  let microF1 = "微平均 F1"
  let pearson = "Pearson 相关系数"
  let spearman = "Spearman 相关系数"
  let meanSquaredError = "均方误差"
  let logLoss = "对数损失"
  let calibrationError = "校准误差（ECE）"
  let randomWeights = "随机权重"
  let agreement = "一致率"
  let fixedRows = "改对的行"
  let brokenRows = "改错的行"
  var pPaired: String { measure == .accuracy ? "p（McNemar）" : "p（随机化检验）" }
  let split = "数据部分"
  let sentences = "句数"
  var accuracyFakeQuantized: String { "\(name)（伪量化）" }
  var accuracyIntegers: String { "\(name)（整数）" }
  let samePrediction = "预测相同"
  let p90 = "p90（毫秒）"
  let p99 = "p99（毫秒）"
  let mean = "均值（毫秒）"
  let standardDeviation = "标准差（毫秒）"
  let calls = "调用次数"
  let sentencesPerSecond = "句/秒"
  let parameters = "参数量"
  let bytes = "字节"
  let trueClass = "真实类别"
  func predicted(_ name: String) -> String { "预测为 \(name)" }
  let row = "行"
  let sentence = "句子"
  let right = "判对"
  let wrong = "判错"
  func partsTitle(_ model: String) -> String { "“\(model)”各部分的代价" }
  func partsNote(
    sensitivitySentences: String, split: String, whole: (drop: String, allowed: String, sentences: String)?
  ) -> String {
    let parts = "每次只把一个部分存为较少的位，其余保持浮点，在 \(split) 部分的 \(sensitivitySentences) 句上测得。"
    guard let whole else { return parts }
    return parts + "整个模型在该部分的 \(whole.sentences) 句上损失 \(whole.drop) 个百分点，允许 \(whole.allowed) 个；"
      + "格式正是按这些句子选定的，所以这个数字偏乐观。"
  }
  let part = "部分"
  let storedAs = "存储格式"
  func formatName(_ format: String) -> String { format == "floats" ? "浮点" : format }
  func partDivergence(_ format: String) -> String { "\(formatName(format))：散度（nat）" }
  func partLoss(_ format: String) -> String { "\(formatName(format))：损失增量" }
  func partDrop(_ format: String) -> String { "\(formatName(format))：\(name)下降（百分点）" }
  let rows = "行数"
  let usedFor = "用途"
  let file = "文件"
  let what = "项目"
  let value = "值"

  // MARK: Figures

  var accuracyAxis: String { name }
  let latencyAxis = "批大小为 1 时的中位延迟（毫秒）"
  let callLatencyAxis = "中位延迟（毫秒）"
  var differenceTitle: String { "与基线的\(name)之差" }
  func differenceSummary(count: Int, baseline: String) -> String {
    "\(count) 个变体与“\(baseline)”的\(name)之差，以百分点计，附区间。"
  }
  func differenceCaption(split: String?, confidence: String) -> String {
    "在\(Self.part(split, " ", "报告所用部分"))上逐行配对；横线为自助法的 \(confidence) 区间。横线跨过零，即不能证明有差别。"
  }
  var differenceAxis: String { "\(name)之差（百分点）" }
  let baselineMark = "基线"
  let lower = "下限"
  let upper = "上限"
  var accuracyAndLatency: String { "\(name)与延迟" }
  var accuracyAndSize: String { "\(name)与大小" }
  var accuracyAndMemory: String { "\(name)与内存" }
  let sizeAxis = "大小（MB）"
  let memoryAxis = "内存峰值（MB）"
  func paretoSummary(count: Int, axis: String, unbeaten: String) -> String {
    "\(count) 个变体的\(name)与\(axis)，越靠左上越好。两方面都未被超过的有：\(unbeaten)。"
  }
  func paretoCaption(split: String?, confidence: String) -> String {
    "越靠左上越好；虚线连接两方面都未被其他变体超过的变体，其余的颜色较淡。区间重叠时，两点孰优孰劣可能出于偶然。"
      + "竖线为\(Self.part(split, " ", "报告所用部分"))上的 \(confidence) \(measure == .accuracy ? "Wilson" : "自助法") 区间。过近而难以分辨的点并排画出，准确位置见表。"
  }
  let frontier = "前沿"
  let yes = "是"
  let no = "否"
  var depthTitle: String { "\(name)与层数" }
  var depthSummary: String { "\(name)随保留的编码器层数的变化：剪枝模型再训练前后，以及各对照组。" }
  func depthCaption(splits: String) -> String {
    "层数相同的点错开画出，以便看清。未再训练的模型直接由完整模型删层而得。" + (splits.isEmpty ? "" : "测量所用的数据部分：\(splits)（见表）。")
  }
  let depthAxis = "编码器层数"
  func depthKind(_ kind: DepthPoint.Kind) -> String {
    switch kind {
    case .baseline: "基线"
    case .unprunedLonger: "未剪枝，训练同样久"
    case .prunedAfter: "剪枝后再训练"
    case .prunedBefore: "剪枝后未再训练"
    case .controlTop: "删去顶层"
    case .controlRandom: "随机删层"
    }
  }
  let sensitivityTitle = "各层的敏感度"
  func sensitivitySummary(count: Int) -> String { "\(count) 个编码器层逐一跳过时损失的\(name)，由小到大。" }
  func sensitivityCaption(split: String?) -> String {
    "每次只把一层换成恒等映射，在 \(split ?? "selection") 部分上评判。层号从 0 起。"
  }
  var sensitivityAxis: String { "缺少该层时损失的\(name)（百分点）" }
  func layer(_ index: Int) -> String { "第 \(index) 层" }
  let layerColumn = "层"
  var accuracyDropPoints: String { "\(name)下降（百分点）" }
  var lossIncreaseNats: String { measure.isOfNumbers ? "损失增量（平方误差）" : "损失增量（nat）" }
  let klDivergenceNats = "KL 散度（nat）"
  let fate = "去留"
  let removed = "删去"
  let kept = "保留"
  func batchTitle(tokens: Int) -> String { "延迟与批大小（\(tokens) 个词元）" }
  func batchSummary(count: Int, tokens: Int) -> String {
    "\(count) 个变体每次调用的中位延迟随句数的变化，每句 \(tokens) 个词元。"
  }
  let batchAxis = "每次调用的句数"
  func batchColumn(_ size: String) -> String { "批大小 \(size)" }
  let lengthTitle = "延迟与句长"
  func lengthSummary(count: Int) -> String { "\(count) 个变体每次调用一句的中位延迟随词元数的变化。" }
  let lengthNote = "每次调用一段文本，由计时所用的句子截成恰好这么多个词元，含 [CLS] 与 [SEP]；从词元到 logits，不含分词。"
  let lengthAxis = "词元数"
  func lengthColumn(_ tokens: String) -> String { "\(tokens) 个词元" }
  let modelMillisecondsAt = "模型（毫秒）"
  func latencyCaption(threads: Int?, isLogarithmic: Bool, omitsControls: Bool) -> String {
    "每次调用的中位数" + (threads.map { "，\($0) 个线程" } ?? "") + "；横轴为以 2 为底的对数"
      + (isLogarithmic ? "，纵轴亦然。" : "。") + (omitsControls ? "对照组的形状与另一行相同，只列在表中。" : "")
  }
  func radarTitle(hasFixedRanges: Bool) -> String { hasFixedRanges ? "CPU 雷达图（固定范围）" : "CPU 雷达图" }
  func radarSummary(count: Int, spokes: [String]) -> String { "\(count) 个变体的得分：\(spokes.joined(separator: "、"))。" }
  let radarScores = "得分由 0.1 到 1，越大越好。"
  func radarCosts(hasFixedRanges: Bool) -> String {
    hasFixedRanges
      ? "大小、延迟与内存：0.1 + 0.9 (1 − x / 基线)，不低于 0.1：基线得 0.1，毫无代价得 1，与图中还有哪些变体无关。"
      : "大小、延迟与内存：0.1 + 0.9 (max − x) / (max − min)，在图中各变体之间计算，即原研究的公式，因此会随图中有哪些变体而变。"
  }
  func radarAccuracy(range: (lower: String, upper: String, width: String)?, isStudys: Bool) -> String {
    guard let range else { return "并非每个变体都有\(name)，故从略。" }
    return "\(name)：0.1 + 0.9 (x − \(range.lower)) / \(range.width)，截断到 \(range.lower)–\(range.upper)"
      + (isStudys ? "，即原研究的范围。" : "。")
  }
  let sizeSpoke = "大小"
  let latencySpoke = "延迟"
  let memorySpoke = "内存峰值"
  func scoreColumn(_ spoke: String) -> String { "\(spoke)得分" }

  // MARK: Notes

  func units(subject: String?, threads: Int?) -> String {
    "MB 为 2²⁰ 字节，计入推理所需的全部文件，不含优化器状态。延迟为批大小为 1 的单次调用的中位数" + (subject.map { "：\($0)" } ?? "")
      + (threads.map { "，\($0) 个线程" } ?? "") + "。N/A：未测量。"
  }
  var noteOnIntervals: String {
    guard measure != .accuracy else {
      return "准确率的区间为 Wilson 区间；差值是在相同的行上与基线相比，区间来自配对自助法；p 为 McNemar 精确检验，按 Holm 法对各行校正。"
    }
    return "模型以\(name)评判，一个百分点即其百分之一，区间来自对各行的自助法；差值是在相同的行上与基线相比，区间来自配对自助法；"
      + "p 来自配对随机化检验，按 Holm 法对各行校正。"
  }
  let noteOnRatios = "时间比为中位延迟与基线中位延迟之比。内存峰值为只运行该模型的全新进程的常驻内存最高值。"
  func noteOnRows(count: String, points: String) -> String { "报告所用部分有 \(count) 行，一行合 \(points) 个百分点。" }
  let noteOnDivisions = "封闭：基线的权重换一种数值格式，至多经过校准，未为此训练。开放：重新训练过。"
  let noteOnControls = "对照组回答效果来自层的选择，还是只来自更多的训练；它们从不被推荐。"
  let noteOnNoControls = "未运行对照组，而开放各行的训练轮数多于基线，因此分不清效果来自剪枝还是更久的训练。"
  let noteOnReferences = "角色为“参考”的各行是在别处测得的，不参与任何比较。"
  let factCommand = "命令"
  let factModel = "模型"
  let factRecipe = "配方"
  let factData = "数据"
  let factDate = "日期"
  let factSeed = "随机种子"
  let factSeeds = "全部种子"
  let factThreads = "线程数"
  let factProcessor = "处理器"
  let factInstructionSets = "指令集"
  let factKernels = "计算内核"
  let factMemory = "内存"
  let factSystem = "系统"
  let factLoad = "开始时的负载"
  let factGovernor = "调频策略"
  func commit(_ commit: String) -> String { "提交 \(commit)" }
  func licence(_ licence: String) -> String { "许可证：\(licence)" }
  func logicalCores(_ count: Int) -> String { "\(count) 个逻辑核心" }
  func coresForThisProcess(_ count: Int) -> String { "本进程可用其中 \(count) 个" }
  func processorLimit(_ processors: String) -> String { "限用 \(processors) 个处理器" }

  // MARK: The study

  let besideTheStudy = "与原研究公布的数字对照（在别处测得）"
  let studysRows = "原研究自己的表（在别处测得）"
  let studysBatches = "原研究在其 GPU 上的延迟与批大小（毫秒，在别处测得）"
  func studysRow(_ title: String) -> String { "原研究：\(title)" }
  let studysModel = "原研究的行"
  let studysSize = "原研究：大小 (MB)"
  let studysAccuracyCPU = "原研究：准确率（CPU）"
  let studysAccuracyGPU = "原研究：准确率（GPU）"
  let studysLatencyCPU = "原研究：延迟（CPU，毫秒）"
  let studysDrop = "原研究：下降（百分点）"
  func studyCautions(device: String, repetitions: Int, tokens: Int, hasQAT: Bool) -> [String] {
    [
      "标为“原研究”的各列是其公布的数字，在别处（\(device) 及其主机的处理器）测得：只是引用，并非在此测量，不参与任何比较、检验、图和结论。",
      "每个都只是一个数字，没有区间。延迟是一个 \(tokens) 词元的句子调用 \(repetitions) 次的均值，未说明线程数。其准确率所用的行也用来挑选检查点和层，因此偏高。",
      "靠后各行的内存含有先前模型的残留。" + (hasQAT ? "它所称的 INT8 QAT 训练时并没有伪量化，只是另一个 FP32 模型。" : ""),
    ]
  }
  func studysSizeCaution(real: String, stated: String) -> String {
    "其基线的大小 \(stated) MB 含有优化器状态：权重实为 \(real) MB。"
  }
  let studyHasNoSuchModel = "原研究没有这个模型的数字：它测量的是 12 层与 8 层的 BERT base、24 层与 16 层的 BERT large。"
  let studyHasOtherData = "原研究没有这个数据集的数字：它只测量了 SST-2。"

  // MARK: Another split

  func onSplit(_ name: String) -> String { "在 \(name) 上" }
  let otherSplitNote = "同样的模型在另外的行上；这些行也没有参与任何选择。其他各表都属于第一个划分。"

  // MARK: Seeds

  func overSeeds(_ count: Int) -> String { "\(count) 个随机种子的结果" }
  let seedCount = "种子数"
  var accuracyMean: String { "\(name)均值" }
  let accuracySD = "标准差（百分点）"
  func meanInterval(_ confidence: String) -> String { "均值的 \(confidence) 区间" }
  let differenceMean = "差值均值（百分点）"
  let differenceSD = "差值的标准差（百分点）"
  let removedBySeed = "各种子删去的层"
  func seedNotes(seeds: String, confidence: String) -> [String] {
    [
      "用种子 \(seeds) 各把训练、选择与转换重做一遍，数据划分不变；其他各表都属于第一个种子。",
      "差值是与同一种子的基线相比。区间为对各种子的 Student t 区间（\(confidence)）：说明换一个种子会有多大变化，行不变；换一批行会有多大变化，它并不包含。",
    ]
  }

  // MARK: Standard texts

  func origin(_ origin: StandardTitle.Origin) -> String {
    switch origin {
    case .baseline: "基线"
    case .pruned: "剪枝"
    case .longer: "未剪枝，训练更久"
    case .top: "删去顶层"
    case .random: "随机删层"
    }
  }
  func format(_ format: StandardTitle.Format) -> String {
    switch format {
    case .fp32: "FP32"
    case .fp16: "FP16"
    case .int8Dynamic: "INT8 动态"
    case .int8Static: "INT8 静态"
    case .int8QAT: "INT8 QAT"
    case .int4: "INT4"
    case .int4QAT: "INT4 QAT"
    case .mixed: "混合"
    }
  }
  func title(origin: String, format: String) -> String { "\(origin)，\(format)" }
  func fixed(_ text: FixedText) -> String {
    switch text {
    case .forTraining: "训练"
    case .forChoosingLayers: "选择训练轮次与层，从 train 中留出"
    case .forChoosingLayersAndFormats: "选择训练轮次、层与数值格式，从 train 中留出"
    case .forReporting: "本报告的数字，只用一次"
    case .sst2: "GLUE SST-2，两类的斯坦福情感树库（Socher 等，2013；Wang 等，2019）"
    case .movieSnippets: "影评句子，附多人评分的均值（Hutto 与 Gilbert，2014）"
    case .cola: "GLUE CoLA，语言可接受性语料（Warstadt 等，2019；Wang 等，2019）"
    case .mrpc: "GLUE MRPC，微软研究院复述语料（Dolan 与 Brockett，2005；Wang 等，2019）"
    case .qqp: "GLUE QQP，Quora 问题对（Wang 等，2019）"
    case .stsb: "GLUE STS-B，语义文本相似度基准（Cer 等，2017；Wang 等，2019）"
    case .mnli: "GLUE MNLI（Williams 等，2018；Wang 等，2019）"
    case .qnli: "GLUE QNLI，SQuAD 的问题与句子（Rajpurkar 等，2016；Wang 等，2019）"
    case .rte: "GLUE RTE，文本蕴含识别（Wang 等，2019）"
    case .wnli: "GLUE WNLI，改为句对的 Winograd 模式（Levesque 等，2011；Wang 等，2019）"
    case .noLicence: "未说明，供研究使用"
    }
  }
  func note(_ note: StandardNote) -> String {
    switch note {
    case .randomWeights: "权重是随机的：本次运行只验证流程、内存与时间，准确率没有意义。"
    case .cut(let sentences): "每部分数据至多取 \(sentences) 句。"
    case .taughtByBaseline: "剪枝模型（包括对照组）以基线为教师再次训练；训练更久的未剪枝模型只从标签学习。"
    case .trainedToBeRounded(let schemes, let epochs):
      "\(schemes.joined(separator: " 与 ")) 的模型由层数相同的 FP32 模型出发，以其整数形式的数值再训练 \(epochs) 轮，教师也是该 FP32 模型。"
    case .sameReviewsAsSST: "这些句子与 SST 出自同一批影评：用它们训练的模型不可用 SST-2 来报告。"
    }
  }
  func subject(_ subject: LatencySubject) -> String {
    "每次一句，从文本到 logits；\(subject.processes) 个全新进程各测 \(subject.split) 的 \(subject.sentences) 句，"
      + "词元数的中位数为 \(subject.medianTokens)"
  }
  func withRandomWeights(_ model: String) -> String { "\(model)（随机权重）" }

  // MARK: Grammar

  /// 评判模型所用的指标。What the models are judged by.
  private var name: String {
    switch measure {
    case .accuracy: accuracyItself
    case .f1: f1
    case .macroF1: macroF1
    case .microF1: microF1
    case .matthewsCorrelation: "Matthews 相关系数"
    case .pearson: pearson
    case .spearman: spearman
    }
  }

  /// " dev 部分", with `space` before a Latin name.
  private static func part(_ split: String?, _ space: String, _ unknown: String) -> String {
    split.map { "\(space)\($0) 部分" } ?? unknown
  }
}
