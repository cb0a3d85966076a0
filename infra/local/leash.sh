#!/bin/sh
# Runs a command that must not outlive the process which started it. That process holds the other end of our
# standard input: when it is gone, however it went, the pipe closes and the command is stopped, after ten seconds
# by force. SIGTERM is passed on. Must lead its own process group.
# usage: leash.sh PIDFILE COMMAND [ARGUMENT...]
pid_file=$1
shift
exec 3<&0 </dev/null
"$@" 3<&- &
command_pid=$!
echo "$command_pid" >"$pid_file"
trap 'kill -TERM "$command_pid" 2>/dev/null' TERM
trap '' INT HUP
{
  trap - TERM
  read -r _ <&3
  kill -TERM "$command_pid"
  sleep 10
  kill -KILL 0
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-
status=0
while kill -0 "$command_pid" 2>/dev/null; do
  wait "$command_pid"
  status=$?
done
kill "$watcher" 2>/dev/null
exit "$status"
