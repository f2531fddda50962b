-- POSTs orders. Arguments: file of product ids, most lines an order, orders a batch
-- (0: single orders).
require "report"

local ids, most, batch = {}, 4, 0

function init(arguments)
  for id in io.lines(arguments[1]) do ids[#ids + 1] = id end
  most, batch = tonumber(arguments[2]), tonumber(arguments[3])
  math.randomseed(os.time())
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

local function order(lines)
  local items = {}
  for i = 1, lines do
    items[i] = string.format('{"productId": %s, "quantity": %d}',
      ids[math.random(#ids)], math.random(5))
  end
  return string.format('{"customerId": %d, "items": [%s]}',
    math.random(100000), table.concat(items, ", "))
end

function request()
  if batch == 0 then
    return wrk.format(nil, nil, nil, order(math.random(most)))
  end
  local orders = {}
  for i = 1, batch do orders[i] = order(most) end
  return wrk.format(nil, nil, nil, '{"orders": [' .. table.concat(orders, ", ") .. ']}')
end
