-- GETs the sales of products. Argument: file of product ids.
require "report"

local ids = {}

function init(arguments)
  for id in io.lines(arguments[1]) do ids[#ids + 1] = id end
  math.randomseed(os.time())
end

function request()
  return wrk.format(nil, "/api/analytics/products/" .. ids[math.random(#ids)] .. "/sales")
end
