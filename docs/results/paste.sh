#!/usr/bin/env bash
# Puts the comparison of a results.md, and the mean ratios of a table of other engines, between the markers of both READMEs:
# no number there is typed by hand.
# docs/results/paste.sh [RESULTS.md [PEERS.md]]
set -euo pipefail
cd "$(dirname "$0")/../.."

source="${1:-docs/results/sst2-minilm-quantised/results.md}"
peers="${2:-docs/results/peers/intel-f6-m85-native-fp32-int8-int4-quick.md}"
test -s "$source" || { echo "$source: expected the results of a run" >&2; exit 65; }
test -s "$peers" || { echo "$peers: expected a table of other engines" >&2; exit 65; }
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

# The rows "inference | MODEL | THREADS | CELLS | MEAN | LEAST" of each precision; those above the first heading are FP32's.
means() {
  awk -F ' *[|] *' '
    BEGIN { precision = "FP32" }
    /^## / { precision = $0; sub("## ", "", precision) }
    $2 == "inference" && $3 != "all" { print "| " precision " | " $3 " | " $4 " | " $6 " | " $7 " |" }' "$peers"
}
# What the third line tells of the machine and the command.
peers_machine() { sed -n '3s/^2 cores of \(.*\) (family.*/\1/p' "$peers"; }
peers_command() { sed -n '3s/.*, \(`make bench-peers.*\)\.$/\1/p' "$peers"; }

english_ratios() {
  printf '| Weights and products | Model | Threads | Times as fast as the fastest peer, mean | Least of the cells |\n'
  printf '| --- | --- | ---: | ---: | ---: |\n'
  means
  printf '\n[Every cell](%s). Command: %s. Machine: %s, 2 cores.\n' "$peers" "$(peers_command)" "$(peers_machine)"
}
chinese_ratios() {
  printf '| 权重与乘积 | 模型 | 线程 | 相对最快同类引擎的速度，均值 | 各单元格最小值 |\n'
  printf '| --- | --- | ---: | ---: | ---: |\n'
  means | sed -e 's/ to / 至 /'
  printf '\n[全部单元格](%s)。命令：%s。机器：%s，2 核。\n' "$peers" "$(peers_command)" "$(peers_machine)"
}

# paste_into README MARKER FUNCTION
paste_into() {
  local readme="$1" marker="$2" body
  grep -q "^<!-- $marker -->$" "$readme" && grep -q "^<!-- /$marker -->$" "$readme" \
    || { echo "$readme: expected the lines <!-- $marker --> and <!-- /$marker -->" >&2; exit 65; }
  body="$(mktemp)"
  "$3" > "$body"
  [ "$(grep -c '^|' "$body")" -gt 2 ] || { echo "$readme: no rows for $marker in $source or $peers" >&2; exit 65; }
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
echo "README.md and README.zh.md quote $source and $peers"
