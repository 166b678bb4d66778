using System.Globalization;
using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EntitySync.Local.Advise;

/// <summary>The prices of <c>infra/prices.yaml</c>: one key a property, in camel case, each in the file's currency.</summary>
public sealed record PriceList
{
    public required string AsOf { get; init; }

    public required string Region { get; init; }

    public required string Currency { get; init; }

    public double FargateVcpuHour { get; init; }

    public double FargateGigabyteHour { get; init; }

    public double LambdaMillionRequests { get; init; }

    public double LambdaGigabyteSecond { get; init; }

    public double LambdaEventPollerUnitHour { get; init; }

    public double DynamoDbMillionReadUnits { get; init; }

    public double DynamoDbMillionWriteUnits { get; init; }

    public double DynamoDbGigabyteMonth { get; init; }

    public double DynamoDbRecoveryGigabyteMonth { get; init; }

    public double StepFunctionsThousandTransitions { get; init; }

    public double HttpApiMillionRequests { get; init; }

    public double CloudWatchLogsGigabyte { get; init; }

    public double KafkaGigabyteWritten { get; init; }

    private static readonly Dictionary<string, PropertyInfo> Properties = typeof(PriceList).GetProperties(BindingFlags.Public | BindingFlags.Instance).ToDictionary(property => Camel(property.Name), StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">Not YAML, a key that is missing, unknown or there twice, or a price that is no number of at least 0; the message names file and line.</exception>
    public static PriceList Load(string path)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = new StreamReader(path);
            stream.Load(reader);
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{path}({exception.Start.Line},{exception.Start.Column}): {exception.Message}", exception);
        }
        catch (InvalidOperationException exception) // what YamlDotNet makes of some broken flow sequences
        {
            throw new InvalidDataException($"{path}: not YAML.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The prices cannot be read: {exception.Message}", exception);
        }

        return stream.Documents is [{ RootNode: YamlMappingNode root }] ? Read(path, root) : throw new InvalidDataException($"{path}: a map of prices is expected.");
    }

    private static PriceList Read(string path, YamlMappingNode root)
    {
        var prices = new PriceList { AsOf = "", Region = "", Currency = "" };
        foreach (var (key, node) in root.Children)
        {
            var at = $"{path}({node.Start.Line},{node.Start.Column})";
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!Properties.TryGetValue(name, out var property)) throw new InvalidDataException($"{at}: '{name}' is no price that is used. Allowed: {string.Join(", ", Properties.Keys)}.");
            var text = (node as YamlScalarNode)?.Value ?? "";
            if (property.PropertyType == typeof(string)) property.SetValue(prices, text);
            else property.SetValue(prices, Price(at, name, text));
        }

        var missing = Properties.Keys.Where(name => !root.Children.ContainsKey(name)).ToList();
        return missing.Count == 0 ? prices : throw new InvalidDataException($"{path}: {string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} missing.");
    }

    private static double Price(string at, string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price < 1e9
            ? price
            : throw new InvalidDataException($"{at}: {name} is '{text}', a number of at least 0 is expected.");

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
