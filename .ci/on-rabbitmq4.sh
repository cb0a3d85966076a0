#!/usr/bin/env bash
# Runs the store and messaging suites, the demo and the short chaos on RabbitMQ 4:  .ci/on-rabbitmq4.sh FOLDER SECONDS
# FOLDER holds build.sh, which builds that broker once and prints where, and bin/rabbitmq-server with its rabbitmqctl and
# epmd. SECONDS is how long all of it may take. Where there is no such folder, or it builds no broker, this says so in one
# line and ends well: only what runs on the broker fails it.
set -uo pipefail
cd "$(dirname "$0")/.."

tools=$1
deadline=$((SECONDS + $2))
log=.run/rabbitmq4-build.log
# What runs on the broker takes at least this long; with less time nothing is begun.
LEAST_SECONDS=300

without() {
  echo "RabbitMQ 4: not run, $1"
  exit 0
}
within() { timeout --kill-after=30 "$((deadline - SECONDS > 1 ? deadline - SECONDS : 1))" "$@"; }

[ -f "$tools/build.sh" ] || without "there is no folder with its programs here"
[ "$(id -u)" -eq 0 ] || without "its programs need root"
[ "$2" -ge "$LEAST_SECONDS" ] || without "$2 s are left"
mkdir -p .run
root=$(within bash "$tools/build.sh" 2>"$log" </dev/null) || without "it could not be built ($log)"
export KSBB_RABBITMQ4=$root RABBITMQ_SERVER=$tools/bin/rabbitmq-server
version=$(within "$tools/bin/rabbitmqctl" version 2>>"$log") || without "its programs do not run here ($log)"

failed=()
on_it() {
  echo "> $2 on RabbitMQ $version"
  within "${@:3}" || failed+=("$1 (exit code $?)")
}
on_it suites "npm test -- packages/messaging packages/document-store" npm test -- packages/messaging packages/document-store
on_it demo "npm run demo" npm run demo
on_it chaos "npm run chaos -- --short" npm run chaos -- --short

if [ ${#failed[@]} -eq 0 ]; then
  echo "RabbitMQ $version: store and messaging suites, demo and short chaos passed"
else
  echo "RabbitMQ $version: failed: ${failed[*]}"
  exit 1
fi
