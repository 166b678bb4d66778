using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using EntitySync.Core.Errors;
using Item = System.Collections.Generic.Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>;

namespace EntitySync.Adapters.DynamoDb;

/// <summary>
/// Puts one UpdateItem request together. Names and values are placeholders throughout, numbered as they come: whatever a name holds (a slash, a dot, a reserved word), it is
/// a name and nothing else, and the expression stays short.
/// </summary>
internal sealed class ItemWrite
{
    /// <summary>Bytes of an expression that DynamoDB takes. At two operators a part that many bytes hold less than its 300 operators as well.</summary>
    public const int LongestExpression = 4096;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal); // attribute to placeholder
    private readonly Item _values = new(StringComparer.Ordinal);
    private readonly List<string> _set = [];
    private readonly List<string> _remove = [];

    /// <summary>Bytes of the names and values so far, as an item would count them.</summary>
    public long Size { get; private set; }

    /// <returns>The placeholder of an attribute's name.</returns>
    public string Name(string attribute)
    {
        if (_names.TryGetValue(attribute, out var name)) return name;
        return _names[attribute] = $"#{_names.Count}";
    }

    /// <returns>The placeholder of a value.</returns>
    public string Value(AttributeValue value)
    {
        var name = $":{_values.Count}";
        _values.Add(name, value);
        return name;
    }

    public void Set(string attribute, AttributeValue value)
    {
        Count(attribute, value);
        SetTo(attribute, Value(value));
    }

    public void SetIfAbsent(string attribute, AttributeValue value)
    {
        Count(attribute, value);
        SetTo(attribute, IfAbsent(attribute, Value(value)));
    }

    /// <param name="attribute">What is set.</param>
    /// <param name="operand">What it becomes, made of placeholders.</param>
    public void SetTo(string attribute, string operand) => _set.Add($"{Name(attribute)}={operand}");

    /// <returns>The attribute as it was before the write, or <paramref name="operand"/>.</returns>
    public string IfAbsent(string attribute, string operand) => $"if_not_exists({Name(attribute)},{operand})";

    public void Remove(string attribute) => _remove.Add(Name(attribute));

    /// <param name="table">Physical name.</param>
    /// <param name="key">The item's key.</param>
    /// <param name="condition">Made of placeholders; null for none.</param>
    /// <exception cref="InvalidRequestException">The expression is longer than DynamoDB takes.</exception>
    public UpdateItemRequest ToRequest(string table, Item key, string? condition)
    {
        var update = "SET " + string.Join(',', _set) + (_remove.Count == 0 ? "" : " REMOVE " + string.Join(',', _remove));
        if (update.Length > LongestExpression)
            throw new InvalidRequestException($"An update of {_set.Count} attributes takes an expression of {update.Length} bytes; DynamoDB takes {LongestExpression}. Write fewer of them at a time.");
        return new UpdateItemRequest
        {
            TableName = table,
            Key = key,
            UpdateExpression = update,
            ConditionExpression = condition,
            ExpressionAttributeNames = _names.ToDictionary(name => name.Value, name => name.Key, StringComparer.Ordinal),
            ExpressionAttributeValues = _values,
            ReturnValues = ReturnValue.ALL_NEW,
            ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure.ALL_OLD,
        };
    }

    private void Count(string attribute, AttributeValue value) => Size += ItemSize.Of(attribute, value);
}
