# For scripts that work in stages: one line for each, output kept in a log that is shown when the stage fails. Sourced, not run.
# shellcheck shell=bash

log_folder=build/log
live=
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ] && [ -z "${CI:-}" ]; then live=1; fi

# say TEXT...: one line with the seconds since the script began.
say() { printf '%5d s  %s\n' "$SECONDS" "$*"; }

tell_every=${tell_every:-20}  # seconds, where there is no terminal whose line could be rewritten

# progress_of LOG SECONDS: how far a command is that says [17/120], or 17/120 Test, and began that many seconds ago: "14 %, about 160 s left".
progress_of() {
  local done_of done total
  done_of=$(tail -n 3 "$1" 2>/dev/null | grep -oE '^\[?[ ]*[0-9]+/[0-9]+' | tail -n 1 | tr -d '[ ') || return 0
  done=${done_of%/*} total=${done_of#*/}
  [ "$total" -gt 0 ] || return 0
  printf '%d %%' $((100 * done / total))
  if [ "$done" -gt 0 ] && [ "$done" -lt "$total" ]; then printf ', about %d s left' $(($2 * (total - done) / done + 1)); fi
}

# follow NAME LOG: while a stage runs: on a terminal rewrites its line with what is done, otherwise says so now and then.
follow() {
  local begin=$SECONDS told=$SECONDS progress
  while sleep 0.5 && kill -0 $$ 2>/dev/null; do
    if [ -z "$live" ] && [ $((SECONDS - told)) -lt "$tell_every" ]; then continue; fi
    told=$SECONDS
    progress=$(progress_of "$2" $((SECONDS - begin)))
    if [ -n "$live" ]; then printf '\r\033[K%5d s  %s  %s' "$SECONDS" "$1" "$progress"
    else say "  $1: ${progress:-at work}"; fi
  done
}

# followed NAME LOG COMMAND...: runs the command, which writes the log, and tells how far it is.
followed() {
  local status=0 follower
  follow "$1" "$2" &
  follower=$!
  "${@:3}" || status=$?
  kill "$follower" 2>/dev/null || true
  wait "$follower" 2>/dev/null || true
  return "$status"
}

# to_log LOG COMMAND...
to_log() { "${@:2}" >"$1" 2>&1 </dev/null; }

# stage NAME HINT COMMAND...: runs the command. When it fails, shows the end of its log and the hint, and ends the script.
stage() {
  local name=$1 hint=$2 log status=0
  shift 2
  log=$log_folder/$(echo "$name" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9-').log
  mkdir -p "$log_folder"
  : >"$log"
  if [ -n "$live" ]; then printf '%5d s  %s' "$SECONDS" "$name"; else say "$name"; fi
  followed "$name" "$log" to_log "$log" "$@" || status=$?
  if [ -n "$live" ]; then printf '\r\033[K%5d s  %s\n' "$SECONDS" "$name"; fi
  [ "$status" -eq 0 ] && return
  {
    echo
    tail -n 40 "$log"
    echo
    say "FAILED (exit status $status): $name. The whole output: $log"
    [ -z "$hint" ] || echo "         Try: $hint"
  } >&2
  exit "$status"
}

# configure PRESET: runs CMake if it has not run since the presets or the packages changed.
configure() {
  local made=build/$1/build.ninja
  [ "$made" -nt CMakePresets.json ] && [ ! "$log_folder/packages-installed" -nt "$made" ] && return
  stage "Configure $1" "see the message above; rm -rf build/$1 starts afresh" cmake --preset "$1"
}

# build PRESET TARGET...: builds what is not up to date; without targets everything.
build() {
  local preset=$1
  shift
  stage "Build $preset${*:+: $*}" "the first error is above; rm -rf build/$preset starts afresh" \
    ninja -C "build/$preset" -j "$(nproc)" "$@"
}

# failures_of_ctest: of ctest's output, only failures and the summary; on a terminal also one line that counts.
failures_of_ctest() {
  awk -v live="$live" '
    /^ *Start +[0-9]+: / || /^Test project / || /^Internal ctest changing/ { next }
    /^ *[0-9]+\/[0-9]+ Test +#[0-9]+: .*(Passed|\*\*\*Skipped) +[0-9.]+ sec/ {
      if (/\*\*\*Skipped/) skipped++
      if (live) { printf "\r\033[K%s", substr($0, 1, 100); fflush() }
      next
    }
    /^The following tests did not run:/ || /^\t *[0-9]+ - .*\(Skipped\)$/ { next }
    { if (live) printf "\r\033[K" }
    /% tests passed/ && skipped { print skipped " skipped; their reasons are in Testing/Temporary/LastTest.log of the build folder" }
    !/^$/ { print; fflush() }'
}
