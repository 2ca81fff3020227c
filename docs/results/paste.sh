#!/usr/bin/env bash
# Puts the comparison of a results.md, and the mean ratios of tables of other engines, between the markers of both READMEs:
# no number there is typed by hand.
# docs/results/paste.sh [RESULTS.md]
set -euo pipefail
cd "$(dirname "$0")/../.."

source="${1:-docs/results/sst2-minilm-quantised/results.md}"
test -s "$source" || { echo "$source: expected the results of a run" >&2; exit 65; }
# Tables of other engines by the widest vectors of a machine. Where several have a row, the first one's is quoted.
avx512=(docs/results/peers/intel-f6-m207-native-{minilm-fp32,bert-base-fp32,minilm,bert-base,bert-base-int4}-quick.md)
avx2=(docs/results/peers/amd-f25-m1-native-{minilm-fp32,bert-base-fp32,fp32-int8-int4}-quick.md)
for table in "${avx512[@]}" "${avx2[@]}"; do
  test -s "$table" || { echo "$table: expected a table of other engines" >&2; exit 65; }
done
folder="$(dirname "$source")"

# The first table below a heading.
table() {
  awk -v heading="## $1" '$0 == heading { inside = 1; next } inside && /^\|/ { print; found = 1; next } found { exit }' \
    "$source"
}
# The value of a row of the table of the run.
fact() { table Run | sed -n "s/^| $1 | \(.*\) |\$/\1/p"; }

english() {
  table Comparison
  printf '\n[All figures](%s). Command: %s. Machine: %s, %s threads.\n' \
    "$source" "$(fact Command)" "$(fact Processor)" "$(fact Threads)"
}
chinese() {
  table Comparison | sed -E \
    -e '1s/Model/模型/; 1s/Layers/层数/; 1s/Weights/权重/; 1s/Division/组别/; 1s/Size/大小/; 1s/Accuracy/准确率/' \
    -e '1s/([0-9.]+ %) interval/\1 区间/; 1s/Difference \(points\)/差值（百分点）/; 1s/p \(Holm\)/p（Holm）/' \
    -e '1s/p50 \(ms\)/中位延迟（毫秒）/; 1s/Time ratio/时间比/; 1s/Peak \(MB\)/内存峰值（MB）/' \
    -e 's/^\| Baseline/| 基线/; s/^\| Pruned/| 剪枝/; s/^\| Unpruned, trained longer/| 未剪枝，训练更久/' \
    -e 's/^\| Top layers removed/| 删去顶层/; s/^\| Random layers removed/| 随机删层/' \
    -e 's/INT8 dynamic/INT8 动态/; s/INT8 static/INT8 静态/; s/, mixed/, 混合/; s/\| MIXED \|/| 混合 |/' \
    -e 's/^(\| [^|,]*), (FP|INT|混合)/\1，\2/' \
    -e 's/\| open \|/| 开放 |/; s/\| closed \|/| 封闭 |/'
  printf '\n[全部数字](%s)。命令：%s。机器：%s，%s 线程。\n' \
    "$source" "$(fact Command)" "$(fact Processor)" "$(fact Threads)"
}

# The rows "inference | MODEL | THREADS | CELLS | MEAN | LEAST" of each precision, those of both kinds of machine side by side;
# those above the first heading are FP32's.
ratios() {
  awk -F ' *[|] *' -v wide="${#avx512[@]}" '
    FNR == 1 { ++file; precision = "FP32" }
    /^## / { precision = substr($0, 4) }
    $2 == "inference" && $3 != "all" {
      row = "| " precision " | " $3 " | " $4 " |"
      if (!(row in precisions)) { precisions[row] = precision; rows[++count] = row }
      kind = file <= wide ? 1 : 2
      if (!((row, kind) in cells)) cells[row, kind] = " " $6 " | " $7 " |"
    }
    END {
      precisionCount = split("FP32,INT8,INT8 of weights within 64,INT4", order, ",")
      for (p = 1; p <= precisionCount; ++p) for (i = 1; i <= count; ++i) if (precisions[rows[i]] == order[p]) {
        line = rows[i]
        for (kind = 1; kind <= 2; ++kind) line = line ((rows[i], kind) in cells ? cells[rows[i], kind] : " — | — |")
        print line
      }
    }' "${avx512[@]}" "${avx2[@]}"
}
# What the third line of a table tells of the machine.
machine() { sed -n '3s/^2 cores of \(.* (family [0-9]*, model [0-9]*\).*/\1)/p' "$1"; }
# [1](TABLE), [2](TABLE), ...
links() {
  local n=0 table
  for table in "$@"; do
    n=$((n + 1))
    [ $n -eq 1 ] || printf ', '
    printf '[%d](%s)' $n "$table"
  done
}

english_ratios() {
  printf '| Weights and products | Model | Threads | With AVX-512: times as fast, mean | least cell | With AVX2: mean | least cell |\n'
  printf '| --- | --- | ---: | ---: | ---: | ---: | ---: |\n'
  ratios
  printf '\nEvery cell, with command, commit and date: AVX-512, %s: %s. AVX2, %s: %s. Two cores each.\n' \
    "$(machine "${avx512[0]}")" "$(links "${avx512[@]}")" "$(machine "${avx2[0]}")" "$(links "${avx2[@]}")"
}
chinese_ratios() {
  printf '| 权重与乘积 | 模型 | 线程 | AVX-512：相对最快同类引擎的速度，均值 | 最小单元格 | AVX2：均值 | 最小单元格 |\n'
  printf '| --- | --- | ---: | ---: | ---: | ---: | ---: |\n'
  ratios | sed -e 's/ to / 至 /g' -e 's/INT8 of weights within 64/INT8，权重在 ±64 以内/'
  printf '\n全部单元格，以及命令、提交与日期：AVX-512，%s：%s。AVX2，%s：%s。各 2 核。\n' \
    "$(machine "${avx512[0]}")" "$(links "${avx512[@]}")" "$(machine "${avx2[0]}")" "$(links "${avx2[@]}")"
}

# paste_into README MARKER FUNCTION
paste_into() {
  local readme="$1" marker="$2" body
  grep -q "^<!-- $marker -->$" "$readme" && grep -q "^<!-- /$marker -->$" "$readme" \
    || { echo "$readme: expected the lines <!-- $marker --> and <!-- /$marker -->" >&2; exit 65; }
  body="$(mktemp)"
  "$3" > "$body"
  [ "$(grep -c '^|' "$body")" -gt 2 ] || { echo "$readme: no rows for $marker" >&2; exit 65; }
  awk -v body="$body" -v begin="<!-- $marker -->" -v end="<!-- /$marker -->" '
    $0 == begin { print; print ""; while ((getline line < body) > 0) print line; print ""; skip = 1; next }
    $0 == end { skip = 0 }
    !skip' "$readme" > "$readme.new"
  mv "$readme.new" "$readme"
  rm "$body"
}

paste_into README.md results english
paste_into README.md ratios english_ratios
paste_into README.zh.md results chinese
paste_into README.zh.md ratios chinese_ratios
echo "README.md and README.zh.md quote $source, ${avx512[*]} and ${avx2[*]}"
