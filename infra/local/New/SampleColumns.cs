using System.Text.Json;
using EntitySync.Core.Definitions;

namespace EntitySync.Local.New;

/// <summary>Finds the columns of sample rows.</summary>
internal static class SampleColumns
{
    private const int DeepestPath = 4;
    private const int MostColumns = 300;

    public static IReadOnlyList<SampleColumn> Of(IReadOnlyList<JsonElement> rows)
    {
        var columns = new List<SampleColumn>();
        var byPath = new Dictionary<string, SampleColumn>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Count; row++) AddObject(row, rows[row], "", 1);
        return columns;

        void AddObject(int row, JsonElement element, string prefix, int depth)
        {
            // What a path cannot name, such as "a.b", is of no use to a definition.
            foreach (var property in element.EnumerateObject().Where(property => FieldPath.TryParse(property.Name) is { IsMany: false, Steps.Length: 1 })) Add(row, property.Value, prefix + property.Name, depth);
        }

        void Add(int row, JsonElement value, string path, int depth)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String: AddScalar(row, path, value.GetString()!, isKey: true); break;
                case JsonValueKind.Number: AddScalar(row, path, value.GetRawText(), isKey: value.TryGetInt64(out _)); break;
                case JsonValueKind.True or JsonValueKind.False: AddScalar(row, path, value.GetRawText(), isKey: false); break;
                case JsonValueKind.Object when depth < DeepestPath: AddObject(row, value, path + ".", depth + 1); break;
                case JsonValueKind.Array when !path.EndsWith("[]", StringComparison.Ordinal) && depth < DeepestPath:
                    foreach (var item in value.EnumerateArray()) Add(row, item, path + "[]", depth + 1);
                    break;
            }
        }

        void AddScalar(int row, string path, string value, bool isKey)
        {
            if (!byPath.TryGetValue(path, out var column))
            {
                if (columns.Count == MostColumns) return;
                column = byPath[path] = new SampleColumn(path, rows.Count);
                columns.Add(column);
            }

            column.Add(row, value, isKey);
        }
    }
}
