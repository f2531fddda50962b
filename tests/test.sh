#!/usr/bin/env bash
# Checks a running system from outside, figures included.
# Usage: [COMMAND_URL=http://localhost:8080] [QUERY_URL=http://localhost:8081] tests/test.sh
# Needs bash, curl and python3. Every run uses a customer, products and a category of
# its own, so it may be repeated. Exit status 1 if any check fails.
set -uo pipefail

COMMAND_URL=${COMMAND_URL:-http://localhost:8080}
QUERY_URL=${QUERY_URL:-http://localhost:8081}
DEADLINE_S=${DEADLINE_S:-60}

RUN=$(date +%s%N)
CUSTOMER=$RUN
CATEGORY="Test $RUN/A"
CATEGORY_PATH="Test%20$RUN%2FA"
# An hour of the past that no other run is likely to use.
HOUR=$(python3 -c 'import sys, time
print(time.strftime("%Y-%m-%dT%H", time.gmtime(int(sys.argv[1][-12:]) % 400_000 * 3600)))' "$RUN")
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
FAILED=0 PASSED=0

# --- tools ----------------------------------------------------------------------------

# request METHOD URL [BODY] [HEADER...]: leaves STATUS and ANSWER
request() {
    local method=$1 url=$2 body=${3-} header arguments=()
    shift $(($# < 3 ? $# : 3))
    for header in "$@"; do arguments+=(-H "$header"); done
    if [ -n "$body" ]; then
        arguments+=(-H "Content-Type: ${TYPE:-application/json}" --data-binary "$body")
    fi
    STATUS=$(curl -sS --max-time 20 -X "$method" "$url" ${arguments[@]+"${arguments[@]}"} \
        -o "$SCRATCH/body" -D "$SCRATCH/headers" -w '%{http_code}' 2>"$SCRATCH/error") ||
        cat "$SCRATCH/error" >"$SCRATCH/body"
    ANSWER=$(cat "$SCRATCH/body")
}

# field NAME: a member of the answer, as JSON wrote it
field() {
    python3 -c 'import json, sys
print(json.load(sys.stdin, parse_float=str).get(sys.argv[1]) or "")' "$1" <<<"$ANSWER"
}

header() { tr -d '\r' <"$SCRATCH/headers" | sed -n "s/^$1: //Ip"; }

# has EXPECTED: the answer has these members, with numbers written exactly so
has() {
    python3 -c 'import json, sys
read = lambda text: json.loads(text, parse_float=lambda digits: f"number {digits}")
try:
    answer, expected = read(sys.argv[1]), read(sys.argv[2])
    sys.exit(any(answer.get(key, ...) != expected[key] for key in expected))
except (ValueError, AttributeError):
    sys.exit(1)' "$ANSWER" "$1"
}

verdict() { # NAME OUTCOME EXPECTED
    if [ "$2" = 0 ]; then
        PASSED=$((PASSED + 1))
        echo "ok    $1"
    else
        FAILED=$((FAILED + 1))
        echo "FAIL  $1"
        echo "      expected: $3"
        echo "      got:      $STATUS $ANSWER"
    fi
}

# expect NAME STATUS EXPECTED: judges the last request
expect() {
    [ "$STATUS" = "$2" ] && has "$3"
    verdict "$1" $? "$2 $3"
}

# eventually NAME URL EXPECTED: asks again until the answer fits or time is up
eventually() {
    local end=$((SECONDS + DEADLINE_S)) outcome=1
    while :; do
        request GET "$2"
        if [ "$STATUS" = 200 ] && has "$3"; then outcome=0; fi
        if [ $outcome = 0 ] || [ $SECONDS -ge $end ]; then break; fi
        sleep 0.1
    done
    verdict "$1" $outcome "200 $3 within $DEADLINE_S s"
}

write() { request "$1" "$COMMAND_URL$2" "${@:3}"; }

# --- health ---------------------------------------------------------------------------

eventually 'the command service is healthy' "$COMMAND_URL/health" '{"status": "ok"}'
eventually 'the query service is healthy' "$QUERY_URL/health" '{"status": "ok"}'
[ $FAILED = 0 ] || { echo 'Nothing to check: is the system running?'; exit 1; }
request GET "$COMMAND_URL/health/ready"
expect 'the command service is ready' 200 '{"database": "ok"}'
request GET "$QUERY_URL/health/ready"
expect 'the query service is ready' 200 '{"database": "ok"}'
request GET "$QUERY_URL/api/analytics/sync-status"
BEFORE=$(field lastProcessedEventTimestamp)

# --- products -------------------------------------------------------------------------

write POST /api/products \
    "{\"name\": \"Mouse\", \"category\": \"$CATEGORY\", \"price\": 29.99, \"stock\": 100}"
expect 'a product is created' 201 '{}'
MOUSE=$(field productId)
write POST /api/products \
    "{\"name\": \"Mat\", \"category\": \"$CATEGORY\", \"price\": 0.1, \"sku\": \"mat-$RUN\"}"
expect 'a product without stock is created' 201 '{}'
MAT=$(field productId)
write POST /api/products \
    "{\"name\": \"Mat\", \"category\": \"$CATEGORY\", \"price\": 1, \"sku\": \"mat-$RUN\"}"
expect 'a sku that is taken is a conflict' 409 '{"status": 409, "pointer": "/sku"}'
write PATCH "/api/products/$MAT" '{"price": 0.30}'
expect 'a product is changed' 200 "{\"productId\": $MAT, \"version\": 2}"
write POST /api/products '{"name": "x", "category": "y", "price": "1"}'
expect 'a price that is a string is refused' 400 '{"pointer": "/price"}'
write POST /api/products '{"name": "x", "category": "y", "price": -1}'
expect 'a negative price is refused' 400 '{"pointer": "/price"}'

# --- an order, exactly ----------------------------------------------------------------

ORDER="{\"customerId\": $CUSTOMER, \"placedAt\": \"$HOUR:30:00Z\", \"items\": [
    {\"productId\": $MOUSE, \"quantity\": 2, \"price\": 29.99},
    {\"productId\": $MAT, \"quantity\": 3},
    {\"productId\": $MOUSE, \"quantity\": 1, \"discount\": 0.02}]}"
write POST /api/orders "$ORDER" "Idempotency-Key: order-$RUN"
expect 'an order with two lines of one product is created' 201 '{}'
FIRST=$(field orderId) EVENT=$(header Event-Id)

write POST /api/orders "$ORDER" "Idempotency-Key: order-$RUN"
expect 'the same key and body get the same answer' 201 "{\"orderId\": $FIRST}"
[ "$(header Idempotent-Replayed)" = true ] && [ "$(header Event-Id)" = "$EVENT" ]
verdict 'the repeated answer says that it is one' $? 'Idempotent-Replayed: true'
write POST /api/orders '{"customerId": 1, "items": []}' "Idempotency-Key: order-$RUN"
expect 'an empty order is refused whatever its key' 400 '{"pointer": "/items"}'
write POST /api/orders "${ORDER/29.99/28.99}" "Idempotency-Key: order-$RUN"
expect 'the same key with another body is refused' 422 '{"status": 422}'

PRODUCT_URL="$QUERY_URL/api/analytics/products/$MOUSE/sales"
CATEGORY_URL="$QUERY_URL/api/analytics/categories/$CATEGORY_PATH/revenue"
CUSTOMER_URL="$QUERY_URL/api/analytics/customers/$CUSTOMER/lifetime-value"

eventually 'the order is counted once for its product' "$PRODUCT_URL" \
    "{\"productId\": $MOUSE, \"totalQuantitySold\": 3, \"totalRevenue\": 89.95, \"orderCount\": 1}"
request GET "$QUERY_URL/api/analytics/products/$MAT/sales?after=$EVENT"
expect 'a missing price is the price of the product' 200 \
    "{\"totalQuantitySold\": 3, \"totalRevenue\": 0.90, \"orderCount\": 1}"
request GET "$CATEGORY_URL?after=$EVENT"
expect 'the category has its revenue' 200 \
    "{\"category\": \"$CATEGORY\", \"totalRevenue\": 90.85, \"totalOrders\": 1}"
request GET "$CUSTOMER_URL?after=$EVENT"
expect 'the customer has a value and a last order' 200 \
    "{\"customerId\": $CUSTOMER, \"totalSpent\": 90.85, \"orderCount\": 1,
      \"lastOrderDate\": \"$HOUR:30:00.000Z\"}"
request GET "$QUERY_URL/api/analytics/sales/hourly?from=$HOUR:00:00Z&to=$HOUR:59:00Z"
expect 'the hour in which it was placed has its revenue' 200 \
    "{\"hours\": [{\"hour\": \"$HOUR:00:00.000Z\", \"totalOrders\": 1, \"totalRevenue\": 90.85}]}"

# --- taking back ----------------------------------------------------------------------

write POST "/api/orders/$FIRST/refunds" '{"items": [{"line": 1, "quantity": 1}]}'
expect 'a part of a line is refunded' 201 '{}'
request GET "$PRODUCT_URL?wait=10&after=$(header Event-Id)"
expect 'a refund takes money and pieces, not the order' 200 \
    '{"totalQuantitySold": 2, "totalRevenue": 59.96, "orderCount": 1}'
write POST "/api/orders/$FIRST/refunds" '{"items": [{"line": 1, "quantity": 2}]}'
expect 'more than is left cannot be refunded' 409 '{"status": 409}'
write POST "/api/orders/$FIRST/cancel"
expect 'an order is cancelled' 200 "{\"orderId\": $FIRST, \"status\": \"cancelled\"}"
EVENT=$(header Event-Id)
write POST "/api/orders/$FIRST/cancel"
expect 'an order is cancelled only once' 409 '{"status": 409}'
request GET "$PRODUCT_URL?wait=10&after=$EVENT"
expect 'nothing is left of a cancelled order' 200 \
    '{"totalQuantitySold": 0, "totalRevenue": 0.00, "orderCount": 0}'

# --- several orders -------------------------------------------------------------------

ITEM="{\"productId\": $MOUSE, \"quantity\": 10}"
write POST /api/orders/batch "{\"orders\": [
    {\"customerId\": $CUSTOMER, \"items\": [$ITEM], \"reference\": \"$RUN\"},
    {\"customerId\": $CUSTOMER, \"items\": [$ITEM]}]}"
expect 'a batch of orders is created' 201 '{}'
request GET "$PRODUCT_URL?wait=10&after=$(header Event-Id)"
expect 'a batch is counted to the cent' 200 \
    '{"totalQuantitySold": 20, "totalRevenue": 599.80, "orderCount": 2}'
write POST /api/orders \
    "{\"customerId\": 1, \"items\": [$ITEM], \"reference\": \"$RUN\"}"
expect 'a reference that is taken is a conflict' 409 '{"pointer": "/reference"}'
write POST /api/orders "{\"customerId\": 1, \"items\": [
    {\"productId\": $MOUSE, \"quantity\": 41}, {\"productId\": $MOUSE, \"quantity\": 40}]}"
expect 'two lines of one product are checked together' 409 \
    "{\"productId\": $MOUSE, \"available\": 79, \"requested\": 81}"

# --- refusals -------------------------------------------------------------------------

write POST /api/orders '{"customerId": 1, "items": ['
expect 'broken JSON is refused' 400 '{"status": 400}'
write POST /api/orders '{"customerId": 1, "items": [{"productId": 1, "quantity": 0}]}'
expect 'a quantity of zero is refused' 400 '{"pointer": "/items/0/quantity"}'
write POST /api/orders \
    '{"customerId": 1, "items": [{"productId": 9223372036854775807, "quantity": 1}]}'
expect 'an unknown product is refused' 400 '{"pointer": "/items/0/productId"}'
write POST /api/orders/9223372036854775807/cancel
expect 'an unknown order is not found' 404 '{"status": 404}'
write GET /api/nothing
expect 'an unknown address is not found' 404 '{"status": 404}'
write DELETE /api/orders
expect 'a method that is not known is refused' 405 '{"status": 405}'
TYPE=text/plain write POST /api/orders "$ORDER"
expect 'a body that is not sent as JSON is refused' 415 '{"status": 415}'

# --- questions about nothing ----------------------------------------------------------

NOBODY=9223372036854775807
request GET "$QUERY_URL/api/analytics/products/$NOBODY/sales"
expect 'a product never sold has zeros' 200 \
    '{"totalQuantitySold": 0, "totalRevenue": 0.00, "orderCount": 0}'
request GET "$QUERY_URL/api/analytics/categories/never-$RUN/revenue"
expect 'a category never sold has zeros' 200 '{"totalRevenue": 0.00, "totalOrders": 0}'
request GET "$QUERY_URL/api/analytics/customers/$NOBODY/lifetime-value"
expect 'a customer never seen has zeros and no date' 200 \
    '{"totalSpent": 0.00, "orderCount": 0, "lastOrderDate": null}'
for id in abc 0 -1 1.5 9223372036854775808; do
    request GET "$QUERY_URL/api/analytics/products/$id/sales"
    expect "$id is no id of a product" 400 '{"status": 400}'
done

# --- how far the read side is ---------------------------------------------------------

request GET "$QUERY_URL/api/analytics/sync-status"
AFTER=$(field lastProcessedEventTimestamp)
[[ -n $AFTER && $AFTER > $BEFORE ]]
verdict 'the last processed event moved on' $? "later than '$BEFORE'"
[[ $ANSWER =~ \"lagSeconds\":\ *[0-9]+\} ]]
verdict 'the lag is a whole number of seconds' $? 'lagSeconds'
eventually 'at rest the lag goes to zero' "$QUERY_URL/api/analytics/sync-status" \
    '{"lagSeconds": 0}'

echo "$PASSED passed, $FAILED failed"
[ $FAILED = 0 ]
