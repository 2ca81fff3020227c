#!/usr/bin/env bash
# A server under load from a second process, by wrk: the latency of a lone client, the peak throughput, p50 and p99 at half
# of it, asked for in two ways, and the server's memory before and after the second.
#   load.sh MODEL SENTENCES [SECONDS]      SENTENCES: one a line; SECONDS at half the peak, 60 where none is given
# ESPALIER names the program, ARGUMENTS what else it is started with.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
model="$1"
export SENTENCES="$2"
seconds="${3:-60}"
output="$(mktemp)"

"${ESPALIER:-$here/../../.build/release/espalier}" serve "$model" --port 0 ${ARGUMENTS:-} >"$output" &
server=$!
trap 'kill $server 2>/dev/null || true; rm -f "$output"' EXIT
until address="$(sed -n 's/listening on //p' "$output")" && [ -n "$address" ]; do
  kill -0 $server
  sleep 0.05
done

printf '# `espalier serve` under load from a second process\n\n'
python3 "$here/../peers/machine.py" "$0" "$@" ${ARGUMENTS:+"with $ARGUMENTS"}
echo

memory() { awk '/VmRSS/ { print $2 }' /proc/$server/status; }

# CONNECTIONS SECONDS PAUSE: requests a second, p50, p99 and the most in ms, errors.
load() {
  PAUSE="$3" wrk -t1 -c"$1" -d"$2s" --timeout 10s -s "$here/predict.lua" "$address" | sed -n 's/^FIGURES //p'
}

load 8 5 0 >/dev/null
read -r single_rate single_p50 single_p99 _ _ <<<"$(load 1 10 0)"
echo "- one client: $single_rate requests/s, p50 $single_p50 ms, p99 $single_p99 ms"

peak=0
table="$(mktemp)"
echo "1 $single_rate $single_p50 $single_p99" >"$table"
for connections in 2 3 4 6 8 16 32 64 128; do
  read -r rate p50 p99 most errors <<<"$(load $connections 10 0)"
  echo "- $connections clients: $rate requests/s, p50 $p50 ms, p99 $p99 ms, errors $errors"
  echo "$connections $rate $p50 $p99" >>"$table"
  if awk "BEGIN { exit !($rate > $peak) }"; then peak="$rate"; fi
done
echo "- peak: $peak requests/s"

# Clients that each wait for their answer, as wrk has them: the fewest that ask for half the peak.
awk -v peak="$peak" -v single="$single_p50" '$2 >= peak / 2 {
  printf "- half the peak by %d clients that wait for their answers: %s requests/s, p50 %s ms, p99 %s ms: ", $1, $2, $3, $4
  printf "%.1f times the p50 of one client\n", $4 / single; exit }' "$table"
rm "$table"

# And many that ask at times of their own, whether others wait or not: as many as the pause wants for half the peak.
clients=32
before="$(memory)"
pause="$(awk "BEGIN { print $clients * 2000 / $peak - $single_p50 }")"
read -r rate p50 p99 most errors <<<"$(load $clients "$seconds" "$pause")"
after="$(memory)"
echo "- half the peak by $clients clients at times of their own, for $seconds s: $rate requests/s, p50 $p50 ms, p99 $p99 ms, the most $most ms, errors $errors"
awk "BEGIN { printf \"- that p99 is %.1f times the p50 of one client\n\", $p99 / $single_p50 }"
echo "- memory: $before kB before, $after kB after"
kill -TERM $server
wait $server
