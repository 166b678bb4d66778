#!/usr/bin/env bash
# Rebuilds every stand-in package from infra/offline/src into a folder (default: infra/offline/feed), which it empties of packages first.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/feed}
mkdir -p "$out"
out=$(cd "$out" && pwd)
build=$(mktemp -d "${TMPDIR:-/tmp}/entitysync-feed.XXXXXX")
trap 'rm -rf "$build"' EXIT
cp -R "$here/src" "$here/feed.proj" "$here"/Directory.* "$build/"
find "$build/src" -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
rm -f "$out"/*.nupkg

# The one outside package is copied from the user's package cache when it is there: then no registry is asked at all.
# The cache itself is no source here: it may hold an older build of these very packages.
cache=$(dotnet nuget locals global-packages --list | sed 's/^[^/]*: *//')
sdk=$(sed -n 's/.*"AWSSDK\.Core" Version="\([^"]*\)".*/\1/p' "$here/src/AWSSDK.StepFunctions/AWSSDK.StepFunctions.csproj")
cached="$cache/awssdk.core/$sdk/awssdk.core.$sdk.nupkg"
sources="<add key=\"feed\" value=\"$out\" />"
if [ -f "$cached" ]; then
  mkdir "$build/cached"
  cp "$cached" "$build/cached/"
  sources="<clear />$sources<add key=\"cached\" value=\"$build/cached\" />"
fi
cat > "$build/nuget.config" <<CONFIG
<configuration>
  <packageSources>$sources</packageSources>
  <config><add key="globalPackagesFolder" value="$build/packages" /></config>
</configuration>
CONFIG

# NUGET_PACKAGES would win over the private folder above and fill the user's cache with packages not yet committed.
unset NUGET_PACKAGES
dotnet msbuild "$build/feed.proj" -p:FeedFolder="$out" -nologo -nodeReuse:false -v:quiet

# NuGet never looks again at a version it has in its cache, so a rebuilt feed would not reach a project on this machine.
if [ "$out" = "$here/feed" ]; then
  for package in "$out"/*.nupkg; do
    name=$(basename "$package" .nupkg | tr '[:upper:]' '[:lower:]')
    id=$(printf '%s' "$name" | sed 's/\(\.[0-9][0-9]*\)*$//')
    rm -rf "${cache:?}/$id/${name#"$id".}"
  done
fi
