#!/bin/sh
# The browser tests need a Chromium. Finds one, installs Debian's where that is possible, else says what to do.
set -eu
for browser in "${CATENA_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$browser" ] && command -v "$browser" >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1; then
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then as_root="sudo"; fi
    echo "Installing chromium for the browser tests …"
    if $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null; then
        exit 0
    fi
fi
echo "The browser tests need Chromium. Install it (Debian and Ubuntu: 'apt-get install chromium')," >&2
echo "or set CATENA_TEST_CHROMIUM to the path of a Chromium or Chrome, then run 'make test' again." >&2
echo "'make test-fast' runs everything else." >&2
exit 1
