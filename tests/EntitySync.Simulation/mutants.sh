#!/usr/bin/env bash
# Shows that the simulation catches what it must: breaks the engine in one place at a time, in a temporary copy, and runs seeds until one fails.
# Usage: mutants.sh [NAME...]; SEEDS=5000 is how many seeds a mutant may survive. Exit code 1: a mutant survived, or its edit no longer fits.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
seeds=${SEEDS:-5000}
copy=$(mktemp -d "${TMPDIR:-/tmp}/entitysync-mutants.XXXXXX")
trap 'rm -rf "$copy"' EXIT
trap 'exit 130' INT TERM
(cd "$root" && tar cf - --exclude=bin --exclude=obj --exclude=.git Directory.* global.json nuget.config .editorconfig functions/EntitySync.Core tests/EntitySync.Testing tests/EntitySync.Simulation infra/offline) | tar xf - -C "$copy"
cd "$copy" || exit 1
joins=functions/EntitySync.Core/Joins
simulation=tests/EntitySync.Simulation
failed=0

# name, file, perl edit, options of the simulation
mutant() {
  local name=$1 file=$2 edit=$3; shift 3
  if [ ${#chosen[@]} -gt 0 ] && [[ " ${chosen[*]} " != *" $name "* ]]; then return; fi
  cp "$file" "$copy/original"
  perl -0pi -e "$edit" "$file"
  if cmp -s "$file" "$copy/original"; then echo "$name: the edit does not fit $file any more"; failed=1; return; fi
  if ! dotnet build "$simulation" -v q -p:TreatWarningsAsErrors=false >"$copy/build.log" 2>&1; then
    echo "$name: does not compile"; grep -m3 'error' "$copy/build.log"; failed=1
  else
    "$simulation/bin/Debug/net10.0/EntitySync.Simulation" --seeds "$seeds" --brief "$@" >"$copy/run.log" 2>&1
    if [ $? -eq 1 ]; then echo "$name: caught, $(grep -m1 '^Seed' "$copy/run.log" | cut -c1-160)"; else echo "$name: SURVIVED $seeds seeds"; failed=1; fi
  fi
  cp "$copy/original" "$file"
}

chosen=("$@")
mutant answer-version-unchecked "$joins/SubscribedRows.cs" 's/if \(answer\.Epoch < _asked\[value\] \|\| !IsNewer\(answer, key, position\)\)/if (answer.Epoch < 0)/' --strategy Shuffle
mutant answer-before-state "$joins/AnswerTask.cs" 's/        if \(Take\(record, row\) != RowChange\.Content\) return;\n(.*?        for .*?\n        \}\n)/$1        Take(record, row);\n/s' --strategy Shuffle
mutant unsubscribe-forgotten "$joins/SubscribedRows.cs" 's/        Withdraw\(BytesOf\(value\)\);\n//' --strategy Shuffle
mutant fence-ignored "$simulation/Log/SimulatedLog.cs" 's/if \(generation != Generation\) throw/if (generation < 0) throw/'
mutant cursor-lost-at-commit "$joins/ProgressWriter.cs" 's/        foreach \(var cursor in _cursors\) SaveCursor\(cursor\);\n//' --strategy Broadcast
mutant fanout-drops-the-rest "$joins/FanoutCursors.cs" 's/        End = Next;\n        IsWrapped = false;/        End = Next;\n        Next = 0;\n        IsWrapped = true;/'
mutant tombstone-keeps-members "$joins/EntityTable.cs" 's/(EndRelation\(\);\n)        Relink\(id, isRestoring\);\n        _rows\.Delete/$1        _rows.Delete/'
mutant waiting-replay-not-noted "$joins/WaitingReplays.cs" 's/        Dirty\.Add\(key\.ToArray\(\)\);\n//' --strategy Shuffle
# A position noted before its fan-outs needs a crash between two notes, at-least-once: too rare for seeds. LostFanoutTests crashes just there.
mutant table-not-caught-up "$simulation/Nodes/SimulatedNode.cs" 's/task\.Part\.HasTables\) CatchUpTables/task.Part.HasTables \&\& TablesOf(task.Part) is null) CatchUpTables/' --strategy Broadcast
mutant joined-row-not-taken-back "$joins/JoinedRowsOutput.cs" 's/(void Withhold\(ReadOnlySpan<byte> key\)) =>[^;]*;/$1 { }/'
mutant nested-cursor-lost-at-commit "$joins/ProgressWriter.cs" 's/(foreach \(var cursor in _cursors\) SaveCursor)/if (_context.Part.Kind != SubTopologyKind.Nested) $1/'
mutant nested-table-not-caught-up "$simulation/Nodes/SimulatedNode.cs" 's/task\.Part\.HasTables\) CatchUpTables/task.Part.HasTables \&\& (TablesOf(task.Part) is null || task.Part.Kind != SubTopologyKind.Nested)) CatchUpTables/' --strategy Broadcast
mutant joined-row-unchecked "$joins/RootTableUpdate.cs" 's/if \(_rowKey is not null &&/if (_rowKey is not null \&\& value.Length < 0 \&\&/'
mutant once-note-forgotten "$joins/EmittedEntities.cs" 's/if \(Contains\(key\)\) writer\.Write\(note, \[TaskProgress\.Format\]\);\s*else //'
mutant replay-after-once "$joins/Resolve.cs" 's/(        AnswerWaiting\(id\);[^\n]*\n)(        if \(IsSettled\(id\)\) return true;\n)/$2$1/' --strategy Shuffle
mutant waiting-event-not-noted "$joins/WaitingEvents.cs" 's/            writer\.Write\(key, waiting\.Note\);\n//' --strategy Shuffle --root Stream
mutant event-overtakes "$joins/RootStreamJoin.cs" 's/Waiting\.Count > 0 \|\| !TryJoin/!TryJoin/' --strategy Shuffle --root Stream
mutant intake-ignores-old-key "$joins/RekeyTask.cs" 's/if \(_joinValues\.TryGet/if (!_isRoot \&\& _joinValues.TryGet/' --root Changes
mutant shared-key-forgotten "$joins/RekeyedRoot.cs" 's/        if \(hasOwner && !isOwner\) GiveWay[^\n]*\n//' --root Changes
mutant complete-taken-as-always functions/EntitySync.Core/Enrichment/RootSplicer.cs 's/        if \(_plan\.HasComplete && !IsComplete\(\)\)[^\n]*\n//'
exit $failed
