#!/usr/bin/env bash
# Puts the comparison of a results.md between the markers of both READMEs: no number there is typed by hand.
# docs/results/paste.sh [RESULTS.md]
set -euo pipefail
cd "$(dirname "$0")/../.."

source="${1:-docs/results/sst2-minilm-quantised/results.md}"
test -s "$source" || { echo "$source: expected the results of a run" >&2; exit 65; }
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

paste_into() {
  local readme="$1" body
  grep -q '^<!-- results -->$' "$readme" && grep -q '^<!-- /results -->$' "$readme" \
    || { echo "$readme: expected the lines <!-- results --> and <!-- /results -->" >&2; exit 65; }
  body="$(mktemp)"
  "$2" > "$body"
  test -s "$body" && grep -q '^|' "$body" || { echo "$source: no table under ## Comparison" >&2; exit 65; }
  awk -v body="$body" '
    /^<!-- results -->$/ { print; print ""; while ((getline line < body) > 0) print line; print ""; skip = 1; next }
    /^<!-- \/results -->$/ { skip = 0 }
    !skip' "$readme" > "$readme.new"
  mv "$readme.new" "$readme"
  rm "$body"
}

paste_into README.md english
paste_into README.zh.md chinese
echo "README.md and README.zh.md quote $source"
