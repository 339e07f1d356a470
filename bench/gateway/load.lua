-- Every request comes from another user, so that sticky assignment has work to do. One kilobyte of JSON that both an inference
-- server and a chat gateway take.
local body = '{"model":"bench","messages":[{"role":"user","content":"hello"}],"inputs":[{"name":"mail","shape":[1],"datatype":"BYTES","data":["'
  .. string.rep("x", 880) .. '"]}]}'
local path = os.getenv("BENCH_PATH") or "/v2/models/bench/infer"
local user = 0
wrk.method = "POST"
wrk.body = body
wrk.headers["content-type"] = "application/json"
for line in string.gmatch(os.getenv("BENCH_HEADERS") or "authorization: Bearer bench-key", "[^\n]+") do
  local name, value = string.match(line, "([^:]+): (.*)")
  wrk.headers[name] = value
end
request = function()
  user = user + 1
  wrk.headers["x-user-id"] = "user-" .. user
  return wrk.format(nil, path)
end
