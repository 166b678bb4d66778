namespace EntitySync.Local.Processes;

internal static class GuardScript
{
    /// <summary>
    /// What the guard of a run does, in POSIX shell, so that it needs nothing that a bare machine lacks. Its input is a pipe that only the
    /// runner holds: end of input without <c>finished</c> means that the runner is dead, however it died. Children lead their own process
    /// group where <c>setsid</c> exists, so a whole tree (npm, make, compilers) is ended with one signal.
    /// Arguments: temp folder, run folder, pid of the runner, pid of its parent when that is <c>dotnet run</c> (else 0).
    /// </summary>
    public const string Text = """
        trap '' INT HUP QUIT TERM
        temp=$1 folder=$2 runner=$3 parent=$4
        case $folder in "$temp"/entitysync-run-*) ;; *) exit 64 ;; esac
        umask 077
        mkdir "$folder" || exit 65
        echo ready
        children= part= finished=
        without() { kept=; for pid in $children; do [ "$pid" = "$1" ] || kept="$kept $pid"; done; children=$kept; }
        signal() { for pid in $children; do kill -s "$1" -- "-$pid" || kill -s "$1" "$pid"; done 2>/dev/null; }
        any_alive() { for pid in $children; do { kill -s 0 -- "-$pid" || kill -s 0 "$pid"; } 2>/dev/null && return 0; done; return 1; }
        lives() { kill -s 0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
        while read -r word value; do
          case $word in
            child) children="$children $value" ;;
            gone) without "$value" ;;
            part) part=$value ;;
            finished) finished=1; break ;;
          esac
        done
        signal TERM
        tries=0
        while [ $tries -lt 20 ] && any_alive; do sleep 0.1; tries=$((tries + 1)); done
        signal KILL
        rm -rf "$folder"
        case $part in *..*) ;; /*.part-"$runner") rm -rf "$part" ;; esac
        if [ -z "$finished" ]; then
          rm -f "$temp"/dotnet-diagnostic-"$runner"-* "$temp"/clr-debug-pipe-"$runner"-*
          tries=0
          while [ "$parent" -gt 0 ] && [ $tries -lt 10 ] && lives "$parent"; do sleep 0.1; tries=$((tries + 1)); done
        fi
        [ "$parent" -eq 0 ] || lives "$parent" || rm -f "$temp"/dotnet-diagnostic-"$parent"-* "$temp"/clr-debug-pipe-"$parent"-*
        """;
}
