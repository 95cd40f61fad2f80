#!/bin/sh
# The tests of several replicas need a redis-server. Finds one, installs Debian's where that is possible, else says
# what to do; without it those tests are skipped.
set -eu
if command -v redis-server >/dev/null 2>&1; then exit 0; fi
if command -v apt-get >/dev/null 2>&1; then
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then as_root="sudo"; fi
    echo "Installing redis-server for the tests of several replicas …"
    if $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends redis-server >/dev/null; then
        exit 0
    fi
fi
echo "The tests of several replicas are skipped: install redis-server (Debian and Ubuntu: 'apt-get install redis-server')." >&2
