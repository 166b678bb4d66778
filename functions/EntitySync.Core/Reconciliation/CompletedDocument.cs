using System.Buffers;
using System.Text.Json;
using EntitySync.Core.Enrichment;

namespace EntitySync.Core.Reconciliation;

/// <summary>The document of a complete entity: the expected message byte for byte, with the list of what arrived as its last field.</summary>
internal static class CompletedDocument
{
    public static byte[] Write(ReadOnlySpan<byte> message, string? embed, Evaluation evaluation)
    {
        if (embed is null) return message.ToArray();
        var output = new ArrayBufferWriter<byte>(message.Length + 256);
        var reader = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = EnrichmentLimits.DocumentDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReplaced = IsName(ref reader, embed);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isReplaced) continue;
            output.Write(output.WrittenCount == 0 ? "{"u8 : ","u8);
            output.Write(message[start..(int)reader.BytesConsumed]);
        }

        output.Write(output.WrittenCount == 0 ? "{"u8 : ","u8);
        output.Write(PropertyName.Encode(embed));
        WriteList(output, evaluation);
        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    private static bool IsName(ref Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false; // half a surrogate pair is no name that a definition can hold
        }
    }

    private static void WriteList(ArrayBufferWriter<byte> output, Evaluation evaluation)
    {
        var separator = "["u8;
        foreach (var arrival in evaluation.Counted)
        {
            output.Write(separator);
            output.Write(arrival.Fields.Span);
            separator = ","u8;
        }

        output.Write(separator[0] == '[' ? "[]"u8 : "]"u8);
    }
}
