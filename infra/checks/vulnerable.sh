#!/usr/bin/env bash
# Asks the package sources for known vulnerabilities of every package of the solution, those that others bring included.
# Ends with 0: none known; 1: some, and prints them; 3: cannot be asked here.
# A source that knows nothing of vulnerabilities answers as if there were none. So it is asked first about a version that has one (GHSA-5crp-9r3c-p9vr).
set -uo pipefail
cd "$(dirname "$0")/../.."
control=$(mktemp -d "${TMPDIR:-/tmp}/entitysync-vulnerable.XXXXXX")
trap 'rm -rf "$control"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

cat > "$control/control.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="12.0.3" /></ItemGroup>
</Project>
PROJECT

ask() { timeout --kill-after=5 "$1" dotnet list "$2" package --vulnerable --include-transitive 2>&1; }

if ! ask 60 "$control/control.csproj" | grep -q "GHSA-5crp-9r3c-p9vr"; then
  echo "cannot be asked here: the package sources do not answer, or know nothing of vulnerabilities"
  exit 3
fi
if ! answer=$(ask 120 EntitySync.sln); then
  echo "cannot be asked here: $(tail -n 1 <<<"$answer")"
  exit 3
fi
if grep -q "has the following vulnerable packages" <<<"$answer"; then
  grep -E "has the following|^ +(Top-level|Transitive|\[|>)" <<<"$answer"
  exit 1
fi
echo "no package with a known vulnerability"
