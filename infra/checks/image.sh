#!/usr/bin/env bash
# Builds the image of the join container. Ends with 0: built; 1: cannot be built; 3: there is nothing to build it with.
set -uo pipefail
cd "$(dirname "$0")/../.."
dockerfile=functions/EntitySync.JoinHost/Dockerfile

if ! command -v docker >/dev/null || ! timeout --kill-after=5 15 docker info >/dev/null 2>&1; then
  echo "not built: no container engine runs here"
  exit 3
fi
for image in $(awk '$1 == "FROM" { print ($2 ~ /^--/) ? $3 : $2 }' "$dockerfile"); do
  if ! timeout --kill-after=5 300 docker pull --quiet "$image"; then
    echo "not built: $image cannot be had here"
    exit 3
  fi
done
timeout --kill-after=5 800 docker build --file "$dockerfile" --tag entitysync-join:check . || exit 1
