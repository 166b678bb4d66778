#!/usr/bin/env bash
# Rebuilds every stand-in package from infra/offline/src into a folder (default: infra/offline/feed).
# Order matters: later packages depend on earlier ones, found in the same folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/feed}
mkdir -p "$out"
out=$(cd "$out" && pwd)
build=$(mktemp -d "${TMPDIR:-/tmp}/entitysync-feed.XXXXXX")
trap 'rm -rf "$build"' EXIT
cp -R "$here/src" "$here"/Directory.* "$build/"
find "$build/src" -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
cat > "$build/nuget.config" <<CONFIG
<configuration>
  <packageSources><add key="feed" value="$out" /></packageSources>
  <config><add key="globalPackagesFolder" value="${NUGET_PACKAGES_FOR_FEED:-$build/packages}" /></config>
</configuration>
CONFIG
for id in Amazon.Lambda.Core Amazon.Lambda.DynamoDBEvents Amazon.Lambda.KafkaEvents Amazon.Lambda.APIGatewayEvents \
  Amazon.Lambda.Serialization.SystemTextJson Amazon.Lambda.TestUtilities AWSSDK.StepFunctions librdkafka.redist; do
  dotnet pack "$build/src/$id" -c Release -o "$out" --nologo -v quiet
  echo "$id"
done
