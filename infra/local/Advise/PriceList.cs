using System.Globalization;
using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

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
        try
        {
            using var reader = new StreamReader(path);
            return Read(path, new Parser(reader));
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"{path}({exception.Start.Line},{exception.Start.Column}): 'key: price' is expected, one a line.", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException) // what YamlDotNet makes of some broken flow lists
        {
            throw new InvalidDataException($"{path}: not YAML.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The prices cannot be read: {exception.Message}", exception);
        }
    }

    private static PriceList Read(string path, Parser yaml)
    {
        var prices = new PriceList { AsOf = "", Region = "", Currency = "" };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        yaml.Consume<StreamStart>();
        yaml.Consume<DocumentStart>();
        yaml.Consume<MappingStart>();
        while (!yaml.TryConsume<MappingEnd>(out _))
        {
            var (key, value) = (yaml.Consume<Scalar>(), yaml.Consume<Scalar>());
            var at = $"{path}({value.Start.Line},{value.Start.Column})";
            if (!Properties.TryGetValue(key.Value, out var property)) throw new InvalidDataException($"{at}: '{key.Value}' is no price that is used. Allowed: {string.Join(", ", Properties.Keys)}.");
            if (!seen.Add(key.Value)) throw new InvalidDataException($"{at}: {key.Value} is there twice.");
            if (property.PropertyType == typeof(string)) property.SetValue(prices, value.Value);
            else property.SetValue(prices, Price(at, key.Value, value.Value));
        }

        var missing = Properties.Keys.Where(name => !seen.Contains(name)).ToList();
        return missing.Count == 0 ? prices : throw new InvalidDataException($"{path}: {string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} missing.");
    }

    private static double Price(string at, string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price < 1e9
            ? price
            : throw new InvalidDataException($"{at}: {name} is '{text}', a number of at least 0 is expected.");

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
