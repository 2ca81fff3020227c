#!/usr/bin/env bash
# Makes report.png, the picture of the README, from a report: docs/pictures/make.sh RUN/report
set -euo pipefail

report="${1:-runs/quickstart/report}"
page="$(realpath "$report/index.html")"
target="$(dirname "$(realpath "$0")")/report.png"

for name in "${CHROMIUM:-chromium}" chromium-browser google-chrome; do
  if browser="$(command -v "$name")"; then break; fi
done
[ -n "$browser" ] || { echo "no Chromium; name it by CHROMIUM=PATH" >&2; exit 69; }
options=(--headless=new --hide-scrollbars --disable-gpu --blink-settings=preferredColorScheme=1)
[ "$(id -u)" != 0 ] || options+=(--no-sandbox)

"$browser" "${options[@]}" --window-size=1240,1180 --screenshot="$target" "file://$page" 2>/dev/null
bytes="$(stat -c %s "$target")"
[ "$bytes" -lt 300000 ] || { echo "$target has $bytes bytes; the README wants less than 300,000" >&2; exit 65; }
echo "$target"
