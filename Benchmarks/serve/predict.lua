-- What wrk sends: one sentence of the file SENTENCES a request, in turn. PAUSE is what a connection waits between answer
-- and next request, in milliseconds, drawn evenly from 0 to twice that.
local sentences, next_sentence = {}, 0
local pause = tonumber(os.getenv("PAUSE") or "0")
local errors = 0

for line in io.lines(os.getenv("SENTENCES")) do
  sentences[#sentences + 1] = '{"text":"' .. line:gsub('[\\"]', "\\%0") .. '"}'
end

function request()
  next_sentence = next_sentence % #sentences + 1
  return wrk.format("POST", "/predict", { ["Content-Type"] = "application/json" }, sentences[next_sentence])
end

function delay()
  return math.floor(math.random() * 2 * pause + 0.5)
end

function done(summary, latency)
  local wrong = summary.errors
  io.write(string.format(
    "FIGURES %.1f %.3f %.3f %.3f %d\n", summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000,
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
