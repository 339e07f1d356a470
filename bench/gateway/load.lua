-- Every request comes from another user, so that sticky assignment has work to do.
local body = '{"inputs":[{"name":"mail","shape":[1],"datatype":"BYTES","data":["' .. string.rep("x", 950) .. '"]}]}'
local user = 0
wrk.method = "POST"
wrk.body = body
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer bench-key"
request = function()
  user = user + 1
  wrk.headers["x-user-id"] = "user-" .. user
  return wrk.format(nil, "/v2/models/bench/infer")
end
