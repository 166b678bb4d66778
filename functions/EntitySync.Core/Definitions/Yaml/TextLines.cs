namespace EntitySync.Core.Definitions.Yaml;

/// <summary>Lines of a file as editors count them: parted by LF or CR LF.</summary>
internal static class TextLines
{
    /// <summary>At least 1; a final line break starts no further line.</summary>
    public static int Count(string text) => Math.Max(1, text.AsSpan().Count('\n') + (text.EndsWith('\n') ? 0 : 1));

    /// <summary>YAML forbids them, the parser takes some for an end or a line break: what stands behind one could be lost, and lines be counted wrong.</summary>
    public static void RefuseControlCharacters(string text, ProblemList problems)
    {
        var (line, column) = (1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            if (IsRefused(text, i))
                problems.Add(new YamlMark(line, column), "", "not YAML", $"character U+{(int)text[i]:X4}", "printable text (in double quotes written as an escape)");
            (line, column) = text[i] == '\n' ? (line + 1, 1) : (line, column + 1);
        }
    }

    private static bool IsRefused(string text, int index) => text[index] switch
    {
        '\n' or '\t' => false,
        '\r' => index + 1 == text.Length || text[index + 1] != '\n',
        '\u2028' or '\u2029' or '\ufeff' => true,
        var character => char.IsControl(character),
    };
}
