#!/usr/bin/env bash
# A server under load from a second process, by wrk: the latency of a lone client, the peak throughput, then p50 and p99 at
# half of it, and the server's memory before and after.
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
for connections in 4 8 16 32 64 128; do
  read -r rate p50 p99 most errors <<<"$(load $connections 10 0)"
  echo "- $connections clients: $rate requests/s, p50 $p50 ms, p99 $p99 ms, errors $errors"
  if awk "BEGIN { exit !($rate > $peak) }"; then peak="$rate"; fi
done
echo "- peak: $peak requests/s"

# As many clients as the pause wants that half the peak comes of them, each at its own time.
clients=32
before="$(memory)"
pause="$(awk "BEGIN { print $clients * 2000 / $peak - $single_p50 }")"
read -r rate p50 p99 most errors <<<"$(load $clients "$seconds" "$pause")"
after="$(memory)"
echo "- half the peak for $seconds s: $rate requests/s, p50 $p50 ms, p99 $p99 ms, the most $most ms, errors $errors"
awk "BEGIN { printf \"- p99 at half the peak is %.1f times the p50 of one client\n\", $p99 / $single_p50 }"
echo "- memory: $before kB before, $after kB after"
kill -TERM $server
wait $server
